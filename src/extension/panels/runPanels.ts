import { basename } from "node:path";
import * as vscode from "vscode";
import { z } from "zod";
import type { PanelKind } from "../../protocol/panelKind";
import { comparisonViewType, viewType } from "../../protocol/panelKind";
import type { App } from "../app";
import type { Engine } from "../jobs/engine";
import type { RunIndex } from "../workspace/runIndex";
import { TextDocuments } from "./textDocuments";
import { actOnComparison } from "./comparisonActions";
import { maxComparedRuns } from "./comparisonContent";
import { ComparisonPanel } from "./comparisonPanel";
import { LensCompanion } from "./lens/lensCompanion";
import { dataRoots } from "./lens/dataRoots";
import { LensContent } from "./lensContent";
import { localizedLabels } from "./localizedLabels";
import { act } from "./panelActions";
import { ResultsPanel } from "./results/resultsPanel";
import { RunPanel } from "./runPanel";
import { isRunOfWorkspace } from "./runOfWorkspace";

/** What a page keeps over a reload of the window; only the run matters to the host. */
const SavedState = z.object({ directory: z.string().min(1).max(4096) });
const SavedComparison = z.object({ directories: z.array(z.string().min(1).max(4096)).max(maxComparedRuns) });

/** The panels on runs: at most one of each kind for each run, and one that compares runs. */
export class RunPanels implements vscode.Disposable {
  readonly #dist: vscode.Uri;
  readonly #log: vscode.LogOutputChannel;
  readonly #engine: Engine;
  readonly #panels = new Map<string, Pick<RunPanel, "reveal" | "onDidDispose">>();
  readonly #documents = new TextDocuments();
  readonly #labels = localizedLabels();
  readonly #runs: RunIndex;
  #comparison: ComparisonPanel | undefined;

  constructor(extensionUri: vscode.Uri, log: vscode.LogOutputChannel, { runs, engine }: Pick<App, "runs" | "engine">) {
    this.#dist = vscode.Uri.joinPath(extensionUri, "dist");
    this.#log = log;
    this.#runs = runs;
    this.#engine = engine;
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
    if (isRunOfWorkspace(directory) && !this.#panels.has(key(kind, directory))) this.#adopt(panel, kind, directory);
    else panel.dispose();
  }

  /** Runs that the comparison shows; none while there is no comparison. */
  get comparedRuns(): readonly string[] {
    return this.#comparison?.content.directories ?? [];
  }

  /** Shows these run directories beside each other: in the comparison there is, or in a new one. */
  compare(directories: readonly string[]): void {
    if (this.#comparison) {
      this.#comparison.setRuns(directories);
      this.#comparison.reveal();
      return;
    }
    const title = vscode.l10n.t("Compare Runs");
    const panel = vscode.window.createWebviewPanel(comparisonViewType, title, vscode.ViewColumn.Active);
    this.#adoptComparison(panel, directories);
  }

  /** Fills the comparison that the editor has kept over a reload. What it kept is not trusted. */
  restoreComparison(panel: vscode.WebviewPanel, state: unknown): void {
    const saved = SavedComparison.safeParse(state);
    const directories = (saved.success ? saved.data.directories : []).filter(isRunOfWorkspace);
    if (directories.length > 0 && !this.#comparison) this.#adoptComparison(panel, directories);
    else panel.dispose();
  }

  /** Where other pages show the data of their charts too. */
  get documents(): TextDocuments {
    return this.#documents;
  }

  dispose(): void {
    this.#documents.dispose();
  }

  #adopt(panel: vscode.WebviewPanel, kind: PanelKind, directory: string): void {
    panel.title = titleOf(kind, directory);
    const made = this.#make(panel, kind, directory);
    this.#panels.set(key(kind, directory), made);
    made.onDidDispose(() => this.#panels.delete(key(kind, directory)));
  }

  #make(panel: vscode.WebviewPanel, kind: PanelKind, directory: string): Pick<RunPanel, "reveal" | "onDidDispose"> {
    const open = (other: PanelKind, run: string): void => this.open(other, run);
    const report = (error: unknown): void => this.#report(error);
    const shared = { directory, dist: this.#dist, labels: this.#labels, log: this.#log };
    const documents = this.#documents;
    if (kind === "resultsBrowser")
      return new ResultsPanel(panel, { ...shared, engine: this.#engine, documents, open, report });
    const context = { documents, open, experimentOf: (run: string) => this.#experimentOf(run) };
    let lens: LensCompanion | undefined;
    const made = new RunPanel(panel, {
      ...shared,
      kind,
      ...(kind === "layerLens" && { roots: dataRoots(directory) }),
      act: (intent, from) => {
        if (intent.kind === "inspectLayer") lens?.inspect(intent.modality, intent.layer).catch(report);
        else act(intent, from, context).catch(report);
      },
    });
    const { content } = made;
    if (content instanceof LensContent) {
      const services = { engine: this.#engine, log: this.#log, onDidChangeRuns: this.#runs.onDidChange };
      lens = new LensCompanion(made, content, services);
    }
    return made;
  }

  /** The file of the experiment that a run belongs to, if it is there. */
  #experimentOf(directory: string): vscode.Uri | undefined {
    const has = ({ runs }: { readonly runs: readonly { readonly directory: string }[] }): boolean =>
      runs.some((run) => run.directory === directory);
    return this.#runs.experiments.find(has)?.file;
  }

  #adoptComparison(panel: vscode.WebviewPanel, directories: readonly string[]): void {
    const open = (kind: PanelKind, run: string): void => this.open(kind, run);
    this.#comparison = new ComparisonPanel(panel, directories, {
      dist: this.#dist,
      labels: this.#labels,
      log: this.#log,
      onDidChangeRuns: this.#runs.onDidChange,
      act: (intent, from) => {
        actOnComparison(intent, from, { documents: this.#documents, open }).catch((error: unknown) =>
          this.#report(error),
        );
      },
    });
    this.#comparison.onDidDispose(() => (this.#comparison = undefined));
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
  if (kind === "resultsBrowser") return vscode.l10n.t("Results: {0}", name);
  return kind === "runDashboard" ? name : vscode.l10n.t("Weights: {0}", name);
}
