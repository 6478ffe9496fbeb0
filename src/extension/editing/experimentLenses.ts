import * as vscode from "vscode";
import { experimentOutline } from "../../core/experiment/experimentOutline";
import { rangeOf } from "./experimentDocument";

/** What can be done with an experiment, above its text: all of it at the top, one variant at its name. */
export class ExperimentLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;
  readonly #settings = vscode.workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration("unipt.codeLens")) this.#changed.fire();
  });
  readonly #trust = vscode.workspace.onDidGrantWorkspaceTrust(() => this.#changed.fire());

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const isWanted = vscode.workspace.getConfiguration("unipt", document.uri).get<boolean>("codeLens", true);
    // Without trust nothing can be run.
    if (!isWanted || !vscode.workspace.isTrusted) return [];
    const outline = experimentOutline(document.getText());
    if (!outline) return [];
    const lens = (range: vscode.Range, title: string, command: string, ...more: readonly unknown[]): vscode.CodeLens =>
      new vscode.CodeLens(range, { title, command, arguments: [document.uri, ...more] });
    const start = rangeOf(document, outline.start);
    return [
      lens(start, `$(play) ${vscode.l10n.t("Run")}`, "unipt.runExperiment", { variants: "all" }),
      lens(start, `$(dashboard) ${vscode.l10n.t("Estimate memory")}`, "unipt.estimateMemory"),
      lens(start, `$(beaker) ${vscode.l10n.t("Ablate")}`, "unipt.launchAblation"),
      ...outline.variants.map(({ name, ...range }) =>
        lens(rangeOf(document, range), `$(play) ${vscode.l10n.t("Run this variant")}`, "unipt.runExperiment", {
          variants: [name],
        }),
      ),
    ];
  }

  dispose(): void {
    this.#changed.dispose();
    this.#settings.dispose();
    this.#trust.dispose();
  }
}
