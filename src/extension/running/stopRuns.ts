import { basename } from "node:path";
import * as vscode from "vscode";
import { isSettled } from "../../core/experiment/jobRecord";
import type { App } from "../app";
import { requireTrust } from "./requireTrust";

interface Target extends vscode.QuickPickItem {
  readonly act: () => Promise<void>;
  /** A list with one run left. */
  readonly isSingle?: boolean;
}

/** Stops the runs that a command is called on, or the one that the user picks, between two batches. */
export async function stopRuns(app: App, directories: readonly vscode.Uri[]): Promise<void> {
  requireTrust();
  await endRuns(app, directories, "stop");
}

/** Ends them at once, after asking: what came after the last checkpoint is lost. */
export async function killRuns(app: App, directories: readonly vscode.Uri[]): Promise<void> {
  requireTrust();
  await endRuns(app, directories, "kill");
}

async function endRuns(app: App, directories: readonly vscode.Uri[], kind: "stop" | "kill"): Promise<void> {
  const named = directories.map(({ fsPath }) => fsPath).filter((path) => app.runs.run(path)?.state !== "completed");
  const targets: readonly Target[] =
    named.length > 0
      ? named.map((path) => ({ label: basename(path), act: () => app.jobs[kind](path) }))
      : await pickTarget(app, kind);
  if (targets.length === 0) return;
  if (kind === "kill" && !(await confirmKill(targets))) return;
  for (const { act } of targets) await act();
}

async function pickTarget(app: App, kind: "stop" | "kill"): Promise<readonly Target[]> {
  const running = app.runs.experiments.flatMap(({ runs }) => runs.filter(({ state }) => state === "running"));
  const started = app.jobs.active.flatMap(({ state }) =>
    state.runs.flatMap((run) => (run.directory !== undefined && !isSettled(run) ? [run.directory] : [])),
  );
  const paths = [...new Set([...running.map(({ directory }) => directory), ...started])];
  const lists = app.jobs.active.map(({ directory, record, state }): Target => {
    const left = state.runs.filter((run) => !isSettled(run)).length;
    return {
      label: vscode.l10n.t("All of “{0}”", record.title),
      isSingle: left === 1,
      description: left === 1 ? vscode.l10n.t("1 run") : vscode.l10n.t("{0} runs", left),
      act: () => app.jobs.end(directory, kind),
    };
  });
  const items = [
    ...lists,
    ...paths.map((path): Target => ({ label: basename(path), act: () => app.jobs[kind](path) })),
  ];
  if (items.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Nothing is running."));
    return [];
  }
  const [first] = items;
  // A list of one run is that run.
  const isOneRun = lists.length === 1 && paths.length === 1 && first?.isSingle === true;
  if (first && (items.length === 1 || isOneRun)) return [{ ...first, label: items.at(-1)?.label ?? first.label }];
  const placeHolder = kind === "stop" ? vscode.l10n.t("Choose what to stop") : vscode.l10n.t("Choose what to end");
  const picked = await vscode.window.showQuickPick(items, { placeHolder });
  return picked ? [picked] : [];
}

async function confirmKill(targets: readonly Target[]): Promise<boolean> {
  const end = vscode.l10n.t("End Without Saving");
  const names = targets.map(({ label }) => label).join(", ");
  const detail = vscode.l10n.t("What was trained since the last checkpoint is lost. Stop saves first.");
  const text = vscode.l10n.t("End {0} at once?", names);
  return (await vscode.window.showWarningMessage(text, { modal: true, detail }, end)) === end;
}
