import { basename, isAbsolute, resolve } from "node:path";
import * as vscode from "vscode";
import { parseRunName } from "../../store/runName";

/** Whether a path, which a page may have kept for long, is that of a run directory below a folder of the workspace. */
export function isRunOfWorkspace(directory: string): boolean {
  const isPlain = isAbsolute(directory) && resolve(directory) === directory;
  if (!isPlain || parseRunName(basename(directory)) === undefined) return false;
  return vscode.workspace.getWorkspaceFolder(vscode.Uri.file(directory)) !== undefined;
}
