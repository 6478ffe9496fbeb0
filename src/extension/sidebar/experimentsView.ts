import * as vscode from "vscode";
import { isFiltering } from "../../core/views/tree/runFilter";
import type { TreeLabels } from "../../core/views/tree/treeLabels";
import type { ExperimentItem } from "./experimentItem";
import type { ExperimentSources } from "./experimentProvider";
import { ExperimentProvider } from "./experimentProvider";

/** The view of experiments and runs: draws, ticks, counts, and shows runs that begin. */
export function createExperimentsView(sources: ExperimentSources): { dispose(): void } {
  const { runs, checked, filter, labels } = sources;
  const provider = new ExperimentProvider(sources);
  const view = vscode.window.createTreeView("unipt.experiments", {
    treeDataProvider: provider,
    canSelectMany: true,
    showCollapseAll: true,
    manageCheckboxStateManually: true,
  });
  let isLoaded = false;
  const update = (entries?: Parameters<typeof provider.update>[0]): void => {
    const added = provider.update(entries);
    view.badge = badge(
      runs.experiments.flatMap((entry) => entry.runs).filter(({ state }) => state === "running").length,
    );
    view.message = message(sources, provider, labels);
    const begun = added.find(({ node }) => node.contextValue.startsWith("run.running"));
    // Revealing a row would bring a hidden view to the front.
    if (isLoaded && begun && view.visible) void view.reveal(begun, { select: false, focus: false });
  };
  void runs.ready.then(() => {
    update();
    isLoaded = true;
  });
  const disposables = [
    provider,
    view,
    runs.onDidChange(update),
    runs.onDidProgress((directories) => {
      const news = new Set(directories);
      update(runs.experiments.filter((entry) => entry.runs.some(({ directory }) => news.has(directory))));
    }),
    checked.onDidChange(() => update()),
    filter.onDidChange(() => update()),
    view.onDidChangeCheckboxState(({ items }) => checked.set(ticked(checked.directories, items))),
  ];
  return { dispose: () => disposables.forEach((disposable) => void disposable.dispose()) };
}

/** The ticked runs after rows were ticked or cleared; a variant stands for its runs. */
function ticked(
  before: readonly string[],
  items: readonly (readonly [ExperimentItem, vscode.TreeItemCheckboxState])[],
): readonly string[] {
  const directories = new Set(before);
  for (const [item, state] of items) {
    const rows = item.node.kind === "run" ? [item.node] : item.node.children;
    for (const row of rows.filter(({ isChecked }) => isChecked !== undefined)) {
      for (const directory of row.directories) {
        if (state === vscode.TreeItemCheckboxState.Checked) directories.add(directory);
        else directories.delete(directory);
      }
    }
  }
  return [...directories];
}

function badge(running: number): vscode.ViewBadge | undefined {
  if (running === 0) return undefined;
  return {
    value: running,
    tooltip: running === 1 ? vscode.l10n.t("1 run under way") : vscode.l10n.t("{0} runs under way", running),
  };
}

function message({ runs, filter }: ExperimentSources, { roots }: ExperimentProvider, labels: TreeLabels): string {
  const total = runs.experiments.reduce((sum, entry) => sum + entry.runs.length, 0);
  const { text, states } = filter.filter;
  if (isFiltering(filter.filter) && roots.length > 0) {
    const shown = roots.reduce((sum, { node }) => sum + node.directories.length, 0);
    const parts = [...states.map((state) => labels[state]), ...(text.trim() === "" ? [] : [`“${text.trim()}”`])];
    return vscode.l10n.t("{0} of {1} runs: {2}", shown, total, parts.join(", "));
  }
  if (total === 0 && runs.experiments.length > 0 && vscode.workspace.isTrusted)
    return vscode.l10n.t("No runs yet. Start one with ▷ beside an experiment.");
  return "";
}
