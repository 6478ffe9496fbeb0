import { join } from "node:path";
import * as vscode from "vscode";
import { experimentSuffix } from "../../core/experiment/experimentSuffix";
import { nodeFileSystem } from "../../store/nodeFileSystem";
import { runFiles } from "../../store/runDirectory";
import { readManifest } from "../../store/runListing";
import type { App } from "../app";
import { pickRun } from "../panels/pickRun";
import type { ExperimentEntry } from "../workspace/runIndex";

/** The directory of the run that a command is called on; without one, the user chooses. */
export async function runDirectoryOf(resource: vscode.Uri | undefined): Promise<string | undefined> {
  return resource?.fsPath ?? (await pickRun());
}

/** The experiment that a run belongs to. */
export function entryOf(app: App, directory: string): ExperimentEntry | undefined {
  return app.runs.experiments.find(({ runs }) => runs.some((run) => run.directory === directory));
}

/** Opens an experiment file, at its first problem if it has one; of a run, that of its experiment, or else its own settings. */
export async function openExperimentFile(app: App, resource: vscode.Uri | undefined): Promise<void> {
  const isFile = resource?.fsPath.endsWith(experimentSuffix) === true;
  const directory = isFile ? undefined : await runDirectoryOf(resource);
  const entry = isFile
    ? app.runs.experiments.find(({ file }) => file?.fsPath === resource.fsPath)
    : entryOf(app, directory ?? "");
  const settings = directory === undefined ? undefined : vscode.Uri.file(join(directory, runFiles.manifest));
  const file = (isFile ? resource : entry?.file) ?? settings;
  if (!file) return;
  const [problem] = entry?.problems ?? [];
  const place = problem && new vscode.Position(problem.line - 1, problem.column - 1);
  const selection = place && new vscode.Range(place, place.translate(0, problem.length));
  await vscode.window.showTextDocument(file, selection ? { selection } : {});
}

/** Puts the complete settings of a run on the clipboard. */
export async function copyRunConfig(_app: App, resource: vscode.Uri | undefined): Promise<void> {
  const directory = await runDirectoryOf(resource);
  if (directory === undefined) return;
  const { config } = await readManifest(nodeFileSystem, directory);
  await vscode.env.clipboard.writeText(`${JSON.stringify(config, undefined, 2)}\n`);
  vscode.window.setStatusBarMessage(vscode.l10n.t("The settings of the run are on the clipboard."), 3_000);
}

/** Shows a run's directory, or a file, in the explorer where it belongs to the workspace, else in the system's own. */
export async function reveal(_app: App, resource: vscode.Uri | undefined): Promise<void> {
  const path = await runDirectoryOf(resource);
  if (path === undefined) return;
  const uri = vscode.Uri.file(path);
  const isInside = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  await vscode.commands.executeCommand(isInside ? "revealInExplorer" : "revealFileInOS", uri);
}

/** Looks through the workspace again. */
export async function refreshRuns(app: App): Promise<void> {
  await vscode.window.withProgress({ location: { viewId: "unipt.experiments" } }, () => app.runs.refresh());
}
