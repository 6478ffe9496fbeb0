import { basename, isAbsolute } from "node:path";
import * as vscode from "vscode";
import { z } from "zod";
import type { PanelKind } from "../../protocol/panelKind";
import { viewType } from "../../protocol/panelKind";
import { parseRunName } from "../../store/runName";
import { CsvDocuments } from "./csvDocuments";
import { localizedLabels } from "./localizedLabels";
import { act } from "./panelActions";
import { RunPanel } from "./runPanel";

/** What a page keeps over a reload of the window; only the run matters to the host. */
const SavedState = z.object({ directory: z.string().min(1).max(4096) });

/** The panels on runs: at most one of each kind for each run. */
export class RunPanels implements vscode.Disposable {
  readonly #dist: vscode.Uri;
  readonly #log: vscode.LogOutputChannel;
  readonly #panels = new Map<string, RunPanel>();
  readonly #documents = new CsvDocuments();
  readonly #labels = localizedLabels();

  constructor(extensionUri: vscode.Uri, log: vscode.LogOutputChannel) {
    this.#dist = vscode.Uri.joinPath(extensionUri, "dist");
    this.#log = log;
  }

  /** Shows a panel on a run directory: the one there is, or a new one. */
  open(kind: PanelKind, directory: string): void {
    const existing = this.#panels.get(key(kind, directory));
    if (existing) {
      existing.reveal();
      return;
    }
    const title = titleOf(kind, directory);
    this.#adopt(vscode.window.createWebviewPanel(viewType(kind), title, vscode.ViewColumn.Active), kind, directory);
  }

  /** Fills a panel that the editor has kept over a reload. What it kept is not trusted. */
  restore(kind: PanelKind, panel: vscode.WebviewPanel, state: unknown): void {
    const saved = SavedState.safeParse(state);
    const directory = saved.success ? saved.data.directory : "";
    const isRun = isAbsolute(directory) && parseRunName(basename(directory)) !== undefined;
    if (isRun && !this.#panels.has(key(kind, directory))) this.#adopt(panel, kind, directory);
    else panel.dispose();
  }

  dispose(): void {
    this.#documents.dispose();
  }

  #adopt(panel: vscode.WebviewPanel, kind: PanelKind, directory: string): void {
    panel.title = titleOf(kind, directory);
    const open = (other: PanelKind, run: string): void => this.open(other, run);
    const made = new RunPanel(panel, {
      kind,
      directory,
      dist: this.#dist,
      labels: this.#labels,
      log: this.#log,
      act: (intent, from) => {
        act(intent, from, { documents: this.#documents, open }).catch((error: unknown) => this.#report(error));
      },
    });
    this.#panels.set(key(kind, directory), made);
    made.onDidDispose(() => this.#panels.delete(key(kind, directory)));
  }

  #report(error: unknown): void {
    this.#log.error(error instanceof Error ? error : String(error));
    const message = error instanceof Error ? error.message : String(error);
    const showLog = vscode.l10n.t("Show Log");
    void vscode.window.showErrorMessage(message, showLog).then((choice) => choice === showLog && this.#log.show());
  }
}

function key(kind: PanelKind, directory: string): string {
  return `${kind}:${directory}`;
}

function titleOf(kind: PanelKind, directory: string): string {
  const name = basename(directory);
  return kind === "runDashboard" ? name : vscode.l10n.t("Weights: {0}", name);
}
