import * as vscode from "vscode";
import { experimentSuffix } from "../../core/experiment/experimentSuffix";

/** The documents that hold experiments. */
export const experimentSelector: vscode.DocumentSelector = { scheme: "file", pattern: `**/*${experimentSuffix}` };

export function isExperiment({ uri }: vscode.TextDocument): boolean {
  return uri.scheme === "file" && uri.fsPath.endsWith(experimentSuffix);
}

/** The file that a path of the experiment names: paths are relative to the experiment file. */
export function fileOf(document: vscode.TextDocument, path: string): vscode.Uri {
  const isAbsolute = /^([\\/]|[a-z]:[\\/])/i.test(path);
  return isAbsolute ? vscode.Uri.file(path) : vscode.Uri.joinPath(document.uri, "..", path);
}

export function rangeOf(
  document: vscode.TextDocument,
  { offset, length }: { readonly offset: number; readonly length: number },
): vscode.Range {
  return new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
}
