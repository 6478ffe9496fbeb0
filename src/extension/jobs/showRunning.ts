import * as vscode from "vscode";
import { formatter } from "../../core/views/format";
import { metricLabel } from "../../core/views/metricGroups";
import { type RunningSummary, runningSummary } from "../../core/views/runningSummary";
import type { App } from "../app";

/** The one status bar item, hidden while nothing runs, and the context key that menus depend on. */
export function showRunning({ jobs, runs }: Pick<App, "jobs" | "runs">): { dispose(): void } {
  const item = vscode.window.createStatusBarItem("unipt.running", vscode.StatusBarAlignment.Left, 10);
  item.name = vscode.l10n.t("UniPT Runs");
  item.command = "unipt.experiments.focus";
  let hasRunning: boolean | undefined;

  const show = (): void => {
    const summary = runningSummary(
      jobs.active.map(({ state }) => state),
      countOthers({ jobs, runs }),
    );
    if (hasRunning !== (summary !== undefined)) {
      hasRunning = summary !== undefined;
      void vscode.commands.executeCommand("setContext", "unipt.hasRunning", hasRunning);
    }
    if (!summary) {
      item.hide();
      return;
    }
    item.text = textOf(summary);
    item.tooltip = tooltipOf({ jobs });
    item.accessibilityInformation = { label: item.text.replace(/\$\([^)]*\)/g, "").trim() };
    item.show();
  };
  const listeners = [jobs.onDidChange(show), runs.onDidChange(show)];
  show();
  return { dispose: () => [item, ...listeners].forEach((each) => void each.dispose()) };
}

/** Runs under way that were started elsewhere, from a terminal for example. */
function countOthers({ jobs, runs }: Pick<App, "jobs" | "runs">): number {
  const own = new Set(jobs.active.flatMap(({ state }) => state.runs.flatMap(({ directory }) => directory ?? [])));
  return runs.experiments
    .flatMap((entry) => entry.runs)
    .filter((run) => run.state === "running" && !own.has(run.directory)).length;
}

function textOf({ running, waiting, extracted, epoch, best }: RunningSummary): string {
  const { number, shortPercent } = formatter(vscode.env.language);
  const parts: string[] = [];
  if (running > 0) parts.push(vscode.l10n.t("{0} running", running));
  if (extracted !== undefined) parts.push(vscode.l10n.t("extracting features {0}", shortPercent(extracted)));
  else if (running === 0) parts.push(vscode.l10n.t("{0} waiting", waiting));
  if (epoch) parts.push(vscode.l10n.t("epoch {0}/{1}", epoch.done, epoch.of));
  if (best)
    parts.push(vscode.l10n.t("best {0} {1} (epoch {2})", metricLabel(best.metric), number(best.value), best.epoch));
  return `$(sync~spin) ${parts.join(" · ")}`;
}

function tooltipOf({ jobs }: Pick<App, "jobs">): vscode.MarkdownString {
  const { number } = formatter(vscode.env.language);
  const tooltip = new vscode.MarkdownString();
  for (const { record, state } of jobs.active) {
    tooltip.appendMarkdown("**").appendText(record.title).appendMarkdown("**\n\n");
    for (const { modality, done, total } of state.extractions)
      tooltip.appendText(vscode.l10n.t("{0} features: {1} of {2}", modality, done, total)).appendMarkdown("\n\n");
    const shown = state.runs.flatMap((status, index) => (status.state === "waiting" ? [] : [{ status, index }]));
    // The newest: a list may have thousands of runs.
    for (const { status, index } of shown.slice(-12)) {
      const plan = record.runs[index]?.plan;
      const words = [
        `${plan?.variant ?? "?"} · ${vscode.l10n.t("seed {0}", plan?.seed ?? "?")}`,
        status.state,
        ...(status.epochs === undefined ? [] : [vscode.l10n.t("epoch {0}/{1}", status.epoch ?? 0, status.epochs)]),
        ...(status.best ? [`${metricLabel(status.best.metric)} ${number(status.best.value)}`] : []),
      ];
      tooltip.appendText(words.join(" · ")).appendMarkdown("\n\n");
    }
    const waiting = state.runs.filter((status) => status.state === "waiting").length;
    if (waiting > 0) tooltip.appendText(vscode.l10n.t("{0} waiting", waiting)).appendMarkdown("\n\n");
  }
  return tooltip;
}
