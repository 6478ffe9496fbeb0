import { basename } from "node:path";
import * as vscode from "vscode";
import { UserError } from "../../core/errors";
import { copyName, experimentCopy } from "../../core/experiment/experimentCopy";
import { experimentSuffix } from "../../core/experiment/experimentSuffix";
import { nodeFileSystem } from "../../store/nodeFileSystem";
import { folderOf } from "../../store/runCatalog";
import { readManifest } from "../../store/runListing";
import type { App } from "../app";
import { runDirectoryOf } from "./runFiles";

/** Makes an experiment file with a run's settings beside the run's own, and opens it. */
export async function duplicateRun(app: App, resource: vscode.Uri | undefined): Promise<void> {
  // A hidden command can still be called, so trust is checked where files are made.
  if (!vscode.workspace.isTrusted)
    throw new UserError(vscode.l10n.t("Making an experiment file needs a trusted workspace."));
  const directory = await runDirectoryOf(resource);
  if (directory === undefined) return;
  const manifest = await readManifest(nodeFileSystem, directory);
  const folder = folderOf(directory);
  const taken = new Set((await nodeFileSystem.list(folder)).map(({ name }) => name));
  const names = new Set(app.runs.experiments.filter((entry) => entry.folder.fsPath === folder).map(({ name }) => name));
  const name = copyName(manifest, (wanted) => names.has(wanted) || taken.has(wanted + experimentSuffix));
  const file = vscode.Uri.joinPath(vscode.Uri.file(folder), name + experimentSuffix);
  const edit = new vscode.WorkspaceEdit();
  edit.createFile(file, { overwrite: false, contents: Buffer.from(experimentCopy(manifest, name)) });
  if (!(await vscode.workspace.applyEdit(edit)))
    throw new UserError(
      vscode.l10n.t("{0} cannot be made; see whether the folder can be written to.", basename(file.fsPath)),
    );
  await vscode.window.showTextDocument(file);
}
