import * as vscode from "vscode";
import type { QuickFix } from "../../core/experiment/quickFixes";
import { quickFixes } from "../../core/experiment/quickFixes";
import { ProblemDiagnostic } from "./experimentDiagnostics";
import { rangeOf } from "./experimentDocument";

/** Quick fixes for the problems of an experiment file. */
export const experimentFixes: vscode.CodeActionProvider = {
  provideCodeActions(document, _range, { diagnostics }) {
    const text = document.getText();
    return diagnostics.flatMap((diagnostic) =>
      diagnostic instanceof ProblemDiagnostic
        ? quickFixes(text, diagnostic.problem).map((fix) => codeAction(document, diagnostic, fix))
        : [],
    );
  },
};

function codeAction(document: vscode.TextDocument, diagnostic: vscode.Diagnostic, fix: QuickFix): vscode.CodeAction {
  const action = new vscode.CodeAction(titleOf(fix), vscode.CodeActionKind.QuickFix);
  action.diagnostics = [diagnostic];
  action.isPreferred = fix.isPreferred;
  action.edit = new vscode.WorkspaceEdit();
  for (const edit of fix.edits) action.edit.replace(document.uri, rangeOf(document, edit), edit.content);
  return action;
}

function titleOf({ kind, key, inserted = "" }: QuickFix): string {
  switch (kind) {
    case "rename":
      return vscode.l10n.t("Change to “{0}”", inserted);
    case "remove":
      return vscode.l10n.t("Remove “{0}”", key);
    case "set":
      return vscode.l10n.t("Use {0}", inserted);
    case "useDefault":
      return vscode.l10n.t("Use the default {0}", inserted);
    case "add":
      return vscode.l10n.t("Add “{0}”: {1}", key, inserted);
  }
}
