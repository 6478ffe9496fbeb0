import * as path from "node:path";
import * as vscode from "vscode";
import type { App, CommandTable } from "../app";
import { later } from "./later";
import { resourcesOf } from "./resources";

/** Running, stopping and checking. */
export const runCommands: CommandTable = {
  "unipt.runExperiment": (app) => (resource) => runExperiment(app, resourcesOf(resource)[0]),
  "unipt.runWithSeeds": later,
  "unipt.stopRun": later,
  "unipt.killRun": later,
  "unipt.resumeRun": later,
  "unipt.extractFeatures": later,
  "unipt.verifyNumerics": later,
  "unipt.doctor": later,
  "unipt.copyDiagnostics": later,
};

/** Runs an experiment file with the command line in a task of its own, so that no tensor ever lives in this process. */
async function runExperiment(app: App, resource?: vscode.Uri): Promise<void> {
  const file = resource ?? vscode.window.activeTextEditor?.document.uri;
  if (!file?.fsPath.endsWith(".unipt.json")) {
    await vscode.window.showInformationMessage(vscode.l10n.t("Open a *.unipt.json experiment file first."));
    return;
  }
  // A hidden command can still be called, so trust is checked here too.
  if (!vscode.workspace.isTrusted) {
    await vscode.window.showWarningMessage(vscode.l10n.t("Running an experiment needs a trusted workspace."));
    return;
  }
  app.log.info(`Run ${file.fsPath}`);
  const execution = new vscode.ProcessExecution(
    process.execPath,
    [path.join(app.context.extensionPath, "dist", "cli.js"), "run", file.fsPath],
    // In the desktop editor execPath is Electron's binary, which this variable makes behave as Node.
    { env: { ELECTRON_RUN_AS_NODE: "1" } },
  );
  const name = path.basename(file.fsPath, ".unipt.json");
  const scope = vscode.workspace.getWorkspaceFolder(file) ?? vscode.TaskScope.Workspace;
  await vscode.tasks.executeTask(
    new vscode.Task({ type: "unipt", file: file.fsPath }, scope, name, "UniPT", execution),
  );
}
