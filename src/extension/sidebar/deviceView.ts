import * as vscode from "vscode";
import type { DeviceLabels } from "../../core/views/tree/deviceLabels";
import { englishDeviceLabels } from "../../core/views/tree/deviceLabels";
import type { DeviceRun } from "../../core/views/tree/deviceTree";
import { deviceRows } from "../../core/views/tree/deviceTree";
import type { RunIndex } from "../workspace/runIndex";
import type { MachineCheck } from "./machineCheck";
import { RowProvider } from "./rowProvider";

/** How often this process's memory is looked at while the view is open. */
const memoryIntervalMs = 5_000;

/** What really runs, and what the machine can do. Asks the engine nothing by itself. */
export function createDeviceView(runs: RunIndex, machine: MachineCheck): { dispose(): void } {
  const labels = localizedDeviceLabels();
  const rows = (): ReturnType<typeof deviceRows> =>
    deviceRows({
      report: machine.report,
      isChecking: machine.isUnderWay,
      runs: runningRuns(runs),
      ownRssBytes: roundedTo(process.memoryUsage.rss(), 1 << 20),
      labels,
      locale: vscode.env.language,
    });
  const provider = new RowProvider(rows, (item, { contextValue, label }) => {
    if (contextValue === "unchecked") item.command = { command: "unipt.doctor", title: label };
  });
  const view = vscode.window.createTreeView("unipt.device", { treeDataProvider: provider });
  const update = (): void => {
    if (view.visible) provider.update();
  };
  const timer = setInterval(update, memoryIntervalMs).unref();
  const disposables = [
    provider,
    view,
    view.onDidChangeVisibility(update),
    runs.onDidChange(update),
    runs.onDidProgress(update),
    machine.onDidChange(update),
    { dispose: () => clearInterval(timer) },
  ];
  return { dispose: () => disposables.forEach((disposable) => void disposable.dispose()) };
}

function runningRuns(runs: RunIndex): readonly DeviceRun[] {
  return runs.experiments.flatMap((entry) =>
    entry.runs
      .filter(({ state }) => state === "running")
      .map(({ directory, variant, seed, pid }) => ({
        directory,
        name: `${entry.name} · ${variant} · ${seed}`,
        pid,
        progress: runs.progress(directory),
      })),
  );
}

/** Memory goes up and down all the time; a row that trembles helps nobody. */
function roundedTo(value: number, unit: number): number {
  return Math.round(value / unit) * unit;
}

function localizedDeviceLabels(): DeviceLabels {
  const translated = Object.entries(englishDeviceLabels).map(([name, text]) => [name, vscode.l10n.t(text)]);
  return Object.fromEntries(translated) as DeviceLabels;
}
