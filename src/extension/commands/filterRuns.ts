import * as vscode from "vscode";
import type { RunStanding } from "../../core/views/dashboardState";
import { englishTreeLabels } from "../../core/views/tree/treeLabels";
import type { App } from "../app";

const states: readonly RunStanding[] = [
  "running",
  "completed",
  "early-stopped",
  "cancelled",
  "failed",
  "interrupted",
  "broken",
];

interface StateItem extends vscode.QuickPickItem {
  readonly state: RunStanding;
}

/** Has the user tick states and type words; the view follows while they do, and goes back when they leave. */
export async function filterRuns({ runs, sidebar: { filter } }: App): Promise<void> {
  const before = filter.filter;
  const all = runs.experiments.flatMap((entry) => entry.runs);
  const items = states.map((state): StateItem => {
    const count = all.filter((run) => run.state === state).length;
    // Typed words are for the runs; they must not hide the states.
    return { state, label: vscode.l10n.t(englishTreeLabels[state]), description: String(count), alwaysShow: true };
  });
  const pick = vscode.window.createQuickPick<StateItem>();
  pick.title = vscode.l10n.t("Filter Runs");
  pick.placeholder = vscode.l10n.t("Words of the experiment, variant, seed or device; tick states");
  pick.canSelectMany = true;
  pick.items = items;
  pick.selectedItems = items.filter(({ state }) => before.states.includes(state));
  pick.value = before.text;
  const apply = (): void => filter.set({ text: pick.value, states: pick.selectedItems.map(({ state }) => state) });
  pick.onDidChangeValue(apply);
  pick.onDidChangeSelection(apply);
  await new Promise<void>((resolve) => {
    let isAccepted = false;
    pick.onDidAccept(() => {
      isAccepted = true;
      apply();
      pick.hide();
    });
    pick.onDidHide(() => {
      if (!isAccepted) filter.set(before);
      pick.dispose();
      resolve();
    });
    pick.show();
  });
}
