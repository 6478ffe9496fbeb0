import * as vscode from "vscode";
import { isFiltering } from "../../core/views/tree/runFilter";
import type { MachineCheck } from "./machineCheck";
import type { RunFilterState } from "./runFilterState";
import type { CheckedRuns } from "../workspace/checkedRuns";
import type { RunIndex } from "../workspace/runIndex";

export interface KeySources {
  readonly runs: RunIndex;
  readonly checked: CheckedRuns;
  readonly filter: RunFilterState;
  readonly machine: MachineCheck;
}

/** Every key of the sidebar that `when` clauses of the manifest read, by what it says. The only place that sets them. */
const keys: Readonly<Record<`unipt.${string}`, (sources: KeySources) => boolean>> = {
  "unipt.hasExperiments": ({ runs }) => runs.experiments.length > 0,
  "unipt.hasRuns": ({ runs }) => runs.experiments.some((entry) => entry.runs.length > 0),
  "unipt.hasRunning": ({ runs }) =>
    runs.experiments.some((entry) => entry.runs.some(({ state }) => state === "running")),
  "unipt.hasCheckedRuns": ({ checked }) => checked.directories.length > 0,
  "unipt.isFiltered": ({ filter }) => isFiltering(filter.filter),
  "unipt.isMachineChecked": ({ machine }) => machine.report !== undefined,
  "unipt.isCheckingMachine": ({ machine }) => machine.isUnderWay,
};

/** Sets the keys, and again whenever they change. */
export function watchContextKeys(sources: KeySources): { dispose(): void } {
  const known = new Map<string, boolean>();
  const update = (): void => {
    for (const [key, holds] of Object.entries(keys)) {
      const value = holds(sources);
      if (known.get(key) === value) continue;
      known.set(key, value);
      void vscode.commands.executeCommand("setContext", key, value);
    }
  };
  update();
  // Until then nobody knows whether a view is empty.
  void sources.runs.ready.then(() => vscode.commands.executeCommand("setContext", "unipt.isScanned", true));
  const { runs, checked, filter, machine } = sources;
  const disposables = [runs, checked, filter, machine].map(({ onDidChange }) => onDidChange(update));
  return { dispose: () => disposables.forEach((disposable) => void disposable.dispose()) };
}
