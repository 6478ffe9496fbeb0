import * as vscode from "vscode";
import { showDiagnostics } from "./experimentDiagnostics";
import { experimentSelector } from "./experimentDocument";
import { experimentFixes } from "./experimentFixes";
import { ExperimentLenses } from "./experimentLenses";
import { pathCompletion } from "./pathCompletion";

/** Problems with quick fixes, lenses and completion of paths; keys and values are completed from the JSON Schema. */
export function startEditing(): vscode.Disposable {
  const lenses = new ExperimentLenses();
  return vscode.Disposable.from(
    showDiagnostics(),
    lenses,
    vscode.languages.registerCodeLensProvider(experimentSelector, lenses),
    vscode.languages.registerCodeActionsProvider(experimentSelector, experimentFixes, {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
    vscode.languages.registerCompletionItemProvider(experimentSelector, pathCompletion, '"', "/"),
  );
}
