import { dirname } from "node:path";
import * as vscode from "vscode";
import { experimentSuffix } from "../../core/experiment/experimentSuffix";
import type { CatalogPlaces } from "../../store/runCatalog";
import { runFiles, runsFolder } from "../../store/runDirectory";

/** Searches the workspace for experiment files, and for runs whose experiment file is gone. */
export async function findPlaces(): Promise<CatalogPlaces> {
  if (!vscode.workspace.workspaceFolders) return { files: [], folders: [] };
  const [files, manifests] = await Promise.all([
    findFiles(`**/*${experimentSuffix}`),
    findFiles(`**/${runsFolder}/*/${runFiles.manifest}`),
  ]);
  const folders = new Set(manifests.map(({ fsPath }) => dirname(dirname(dirname(fsPath)))));
  return { files: files.map(({ fsPath }) => fsPath), folders: [...folders] };
}

/** All files of the workspace that match, but for those that the user has excluded from lists and searches. */
export async function findFiles(pattern: string): Promise<readonly vscode.Uri[]> {
  const found = await Promise.all(
    (vscode.workspace.workspaceFolders ?? []).map((folder) =>
      vscode.workspace.findFiles(new vscode.RelativePattern(folder, pattern), excluded(folder)),
    ),
  );
  const byPath = new Map(found.flat().map((uri) => [uri.fsPath, uri]));
  return [...byPath.values()];
}

/** `files.exclude` is respected by the search itself; what only searches exclude is not. */
function excluded(folder: vscode.WorkspaceFolder): string {
  const settings = vscode.workspace.getConfiguration("search", folder.uri).get<Record<string, unknown>>("exclude", {});
  const globs = Object.entries(settings).flatMap(([glob, isExcluded]) => (isExcluded === true ? [glob] : []));
  return `{${["**/node_modules", "**/.git", ...globs].join(",")}}`;
}
