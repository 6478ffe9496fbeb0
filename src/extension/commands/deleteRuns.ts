import { basename } from "node:path";
import * as vscode from "vscode";
import { UserError } from "../../core/errors";
import { parseRunName } from "../../store/runName";
import type { App } from "../app";

/** More names than these are only counted. */
const maxNames = 10;

/** Moves runs to the trash after the user has agreed to what goes; those that are running stay, and none goes with them. */
export async function deleteRuns(app: App, resources: readonly vscode.Uri[]): Promise<void> {
  if (!vscode.workspace.isTrusted) throw new UserError(vscode.l10n.t("Deleting runs needs a trusted workspace."));
  const runs = resources.filter(({ fsPath }) => parseRunName(basename(fsPath)) !== undefined);
  if (runs.length === 0) {
    await vscode.window.showInformationMessage(vscode.l10n.t("Choose the runs to delete in the Experiments view."));
    return;
  }
  await refuseRunning(app, runs);
  const title =
    runs.length === 1 ? vscode.l10n.t("Delete this run?") : vscode.l10n.t("Delete these {0} runs?", runs.length);
  const detail = [
    ...runs.slice(0, maxNames).map(({ fsPath }) => basename(fsPath)),
    ...(runs.length > maxNames ? [vscode.l10n.t("and {0} more", runs.length - maxNames)] : []),
    "",
    vscode.l10n.t("Metrics, settings, checkpoints and events go to the trash."),
  ].join("\n");
  const agree = vscode.l10n.t("Move to Trash");
  if ((await vscode.window.showWarningMessage(title, { modal: true, detail }, agree)) !== agree) return;
  // It may have been resumed while the question stood there.
  await refuseRunning(app, runs);
  let permanently = false;
  for (const uri of runs) {
    if (!permanently && (await moveToTrash(app, uri))) continue;
    permanently ||= await agreesToLose(runs);
    if (!permanently) break;
    await vscode.workspace.fs.delete(uri, { recursive: true, useTrash: false });
  }
  const gone = new Set(runs.map(({ fsPath }) => fsPath));
  for (const directory of gone) await app.runs.refresh(directory);
  app.checked.set(app.checked.directories.filter((directory) => app.runs.run(directory) !== undefined));
}

async function refuseRunning(app: App, runs: readonly vscode.Uri[]): Promise<void> {
  for (const { fsPath } of runs) {
    await app.runs.refresh(fsPath);
    if (app.runs.run(fsPath)?.state === "running")
      throw new UserError(vscode.l10n.t("{0} is running; stop it before you delete it.", basename(fsPath)));
  }
}

/** Whether it went; servers and some disks have no trash. */
async function moveToTrash(app: App, uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.delete(uri, { recursive: true, useTrash: true });
    return true;
  } catch (error) {
    app.log.info(`No trash for ${uri.fsPath}: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

async function agreesToLose(runs: readonly vscode.Uri[]): Promise<boolean> {
  const title = vscode.l10n.t("There is no trash here. Delete for good?");
  const detail = runs
    .slice(0, maxNames)
    .map(({ fsPath }) => basename(fsPath))
    .join("\n");
  const agree = vscode.l10n.t("Delete Permanently");
  return (await vscode.window.showWarningMessage(title, { modal: true, detail }, agree)) === agree;
}
