import * as path from "node:path";
import * as vscode from "vscode";
import type { PanelKind } from "../protocol/panelKind";
import type { RunPanels } from "./panels/runPanels";

export interface App {
  readonly log: vscode.LogOutputChannel;
  readonly extensionPath: string;
  /** Loaded when a panel is first needed: starting the editor must not wait for it. */
  readonly panels: () => Promise<RunPanels>;
}

/** Every command of `contributes.commands`, as data; a test compares the keys. */
export const commands: Readonly<Record<string, (app: App) => (resource?: vscode.Uri) => unknown>> = {
  "unipt.runExperiment": (app) => (resource) => runExperiment(app, resource),
  "unipt.openRunDashboard": (app) => (directory) => openPanel(app, "runDashboard", directory),
  "unipt.inspectAggregationWeights": (app) => (directory) => openPanel(app, "layerLens", directory),
  "unipt.showLog": (app) => () => app.log.show(),
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
    [path.join(app.extensionPath, "dist", "cli.js"), "run", file.fsPath],
    // In the desktop editor execPath is Electron's binary, which this variable makes behave as Node.
    { env: { ELECTRON_RUN_AS_NODE: "1" } },
  );
  const name = path.basename(file.fsPath, ".unipt.json");
  const scope = vscode.workspace.getWorkspaceFolder(file) ?? vscode.TaskScope.Workspace;
  await vscode.tasks.executeTask(
    new vscode.Task({ type: "unipt", file: file.fsPath }, scope, name, "UniPT", execution),
  );
}

/** Shows a panel on a run directory; without one, the user chooses. Only reads, so it works in untrusted workspaces too. */
async function openPanel(app: App, kind: PanelKind, directory?: vscode.Uri): Promise<void> {
  const { pickRun } = await import("./panels/pickRun");
  const chosen = directory?.fsPath ?? (await pickRun());
  if (chosen !== undefined) (await app.panels()).open(kind, chosen);
}
