import * as vscode from "vscode";
import { tapEdits } from "../../core/experiment/backboneUse";
import { explorerLabels, sideLabels } from "../../protocol/explorerLabels";
import type { ExperimentUse } from "./experimentUses";

/** Asks which of the experiments is meant, unless there is only one; undefined when the user thinks better of it. */
export async function chooseUse(uses: readonly ExperimentUse[]): Promise<ExperimentUse | undefined> {
  if (uses.length <= 1) return uses[0];
  const items = uses.map((use) => ({
    label: vscode.workspace.asRelativePath(use.file),
    description: vscode.l10n.t(explorerLabels[sideLabels[use.side]]),
    use,
  }));
  const title = vscode.l10n.t("Copy the Ticked Layers into an Experiment");
  const placeHolder = vscode.l10n.t("Choose the experiment and its side");
  return (await vscode.window.showQuickPick(items, { title, placeHolder }))?.use;
}

/** Writes the taps into the document of an experiment, which stays unsaved so that it can be looked at and undone. */
export async function copyTaps({ file, side }: ExperimentUse, taps: readonly string[]): Promise<void> {
  const document = await vscode.workspace.openTextDocument(file);
  const options = vscode.window.visibleTextEditors.find((editor) => editor.document === document)?.options;
  const indent = options?.insertSpaces === false ? 0 : Number(options?.tabSize ?? 2);
  const edits = tapEdits(document.getText(), side, taps, indent);
  const change = new vscode.WorkspaceEdit();
  for (const { offset, length, content } of edits) {
    const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
    change.replace(file, range, content);
  }
  await vscode.workspace.applyEdit(change);
  const editor = await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside });
  const [first] = edits;
  if (!first) return;
  const start = document.positionAt(first.offset);
  const end = document.positionAt(first.offset + first.content.length);
  editor.selection = new vscode.Selection(start, start);
  editor.revealRange(new vscode.Range(start, end), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
