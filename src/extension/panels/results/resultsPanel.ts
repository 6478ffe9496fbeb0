import { basename } from "node:path";
import * as vscode from "vscode";
import type { RunManifest } from "../../../core/experiment/runManifest";
import { csv } from "../../../core/views/csv";
import { cacheDirectoryOf } from "../../../jobs/placement";
import type { PanelIntent } from "../../../protocol/panelIntent";
import type { PanelKind } from "../../../protocol/panelKind";
import type { PanelLabels } from "../../../protocol/panelLabels";
import { readResultsIntent, type ResultsIntent } from "../../../protocol/resultsIntent";
import type { ResultsMessage, ResultsPhase } from "../../../protocol/resultsMessage";
import { bestCheckpoint } from "../../../store/bestCheckpoint";
import { nodeFileSystem } from "../../../store/nodeFileSystem";
import { readManifest } from "../../../store/runListing";
import type { Engine } from "../../jobs/engine";
import { giveText, saveImage } from "../giveFile";
import { LivePage } from "../livePage";
import { loadPage } from "../loadPage";
import type { TextDocuments } from "../textDocuments";
import { chooseImageFile } from "./chooseImageFile";
import { dataFolders, ImageRoots } from "./imageRoots";
import { ResultsAnswers } from "./resultsAnswers";
import { ResultsEngine } from "./resultsEngine";

/** Shortest time between two messages about the progress. */
const messageIntervalMs = 100;
/** How often a better checkpoint is looked for while the page is to be seen. */
const checkpointCheckMs = 3_000;

export interface ResultsPanelOptions {
  readonly directory: string;
  readonly dist: vscode.Uri;
  readonly labels: PanelLabels;
  readonly log: vscode.LogOutputChannel;
  readonly engine: Engine;
  readonly documents: TextDocuments;
  readonly open: (kind: PanelKind, directory: string) => void;
  /** Told of what fails outside of the page. */
  readonly report: (error: unknown) => void;
}

/** The results browser of one run: a page, and a worker that lives while it is asked. */
export class ResultsPanel {
  readonly #panel: vscode.WebviewPanel;
  readonly #options: ResultsPanelOptions;
  readonly #roots = new ImageRoots([]);
  readonly #page: LivePage;
  /** The run's best checkpoint when it was last looked for. */
  #bestCheckpoint: string | undefined;
  #manifest: RunManifest | undefined;
  /** Why the run cannot be opened at all. */
  #problem: string | undefined;
  #engine: ResultsEngine | undefined;
  #answers: ResultsAnswers | undefined;

  constructor(panel: vscode.WebviewPanel, options: ResultsPanelOptions) {
    this.#panel = panel;
    this.#options = options;
    this.#page = new LivePage(panel, {
      messageIntervalMs,
      look: () => this.#look(),
      message: () => this.#state(),
      act: (intent) => void this.#act(intent).catch(options.report),
      other: (message) => this.#receive(message),
    });
    const trust = vscode.workspace.onDidGrantWorkspaceTrust(() => this.#page.askToSend());
    panel.onDidDispose(() => {
      this.#engine?.dispose();
      trust.dispose();
    });
    void this.#start();
  }

  reveal(): void {
    this.#panel.reveal();
  }

  onDidDispose(listener: () => void): void {
    this.#panel.onDidDispose(listener);
  }

  async #start(): Promise<void> {
    const { directory, engine } = this.#options;
    try {
      this.#manifest = await readManifest(nodeFileSystem, directory);
      const { baseDirectory } = this.#manifest;
      for (const folder of dataFolders(this.#manifest)) this.#roots.add(folder);
      this.#engine = new ResultsEngine({
        engine,
        runDirectory: directory,
        cacheDirectory: cacheDirectoryOf(baseDirectory),
        onChange: () => this.#changed(),
      });
      this.#answers = new ResultsAnswers({
        engine: this.#engine,
        sourceOf: (path) => this.#sourceOf(path),
        chooseFile: chooseImageFile,
      });
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
    }
    this.#load();
  }

  #receive(message: unknown): void {
    const intent = readResultsIntent(message);
    if (intent) this.#take(intent).catch(this.#options.report);
    else this.#options.log.warn("resultsBrowser: dropped a message that is no intent.");
  }

  /** What a page of another kind may want of its run is passed over. */
  async #act(intent: PanelIntent): Promise<void> {
    const { documents, open, directory } = this.#options;
    if (intent.kind === "openPanel") open(intent.panel, directory);
    else if (intent.kind === "openCsv" || intent.kind === "exportCsv" || intent.kind === "copyCsv") {
      const table = await this.#answers?.table(intent.chart);
      const how = ({ openCsv: "open", exportCsv: "save", copyCsv: "copy" } as const)[intent.kind];
      if (table) await giveText({ format: "csv", how, text: csv(table) }, this.#fileName(intent.chart), documents);
    } else if (intent.kind === "saveSvg" || intent.kind === "savePng")
      await saveImage(intent, this.#fileName(intent.chart));
    else this.#options.log.warn(`resultsBrowser: passed over the intent ${intent.kind}.`);
  }

  /** Name for files made from a part of this page, without an extension. */
  #fileName(part: string): string {
    return `${basename(this.#options.directory)}.${part}`.replace(/[^\w.-]+/g, "-");
  }

  async #take(intent: ResultsIntent): Promise<void> {
    // A page may have been loaded before the workspace lost its trust.
    if (!vscode.workspace.isTrusted) return;
    switch (intent.kind) {
      case "openSplit":
        await this.#engine?.open(intent.split);
        return;
      case "cancelLoading":
        this.#engine?.cancel();
        return;
      case "showLog":
        this.#options.log.show();
        return;
      case "listQueries":
      case "nearest":
      case "searchText":
      case "searchFile":
        if (this.#answers) this.#page.post(await this.#answers.answer(intent));
    }
  }

  #changed(): void {
    const phase = this.#engine?.phase;
    if (phase?.kind === "failed") this.#options.log.error(`Results of ${this.#options.directory}: ${phase.reason}`);
    const folder = this.#engine?.overview?.imageFolder;
    // What was found before may be what is being loaded.
    if (phase?.kind !== "ready") this.#bestCheckpoint = undefined;
    // Images that lie elsewhere than the list of pairs: the page has to be loaded again to see them.
    if (folder !== undefined && this.#roots.add(folder)) this.#load();
    this.#page.askToSend();
  }

  /** A run that goes on, or is taken up again, may find a better checkpoint than the one that answers. */
  async #look(): Promise<number> {
    const before = this.#hasNewerCheckpoint;
    // While a run replaces its files there may be none.
    const best = await bestCheckpoint(nodeFileSystem, this.#options.directory).catch(() => undefined);
    this.#bestCheckpoint = best ?? this.#bestCheckpoint;
    if (this.#hasNewerCheckpoint !== before) this.#page.askToSend();
    return checkpointCheckMs;
  }

  get #hasNewerCheckpoint(): boolean {
    const shown = this.#engine?.overview?.checkpoint.file;
    return shown !== undefined && this.#bestCheckpoint !== undefined && this.#bestCheckpoint !== shown;
  }

  #state(): ResultsMessage {
    const { directory, labels } = this.#options;
    const { experiment, variant, seed } = this.#manifest ?? {};
    const overview = this.#engine?.overview;
    return {
      kind: "state",
      labels,
      state: {
        run: { name: basename(directory), directory, experiment, variant, seed },
        phase: this.#phase(),
        overview,
        hasNewerCheckpoint: this.#hasNewerCheckpoint,
      },
    };
  }

  #phase(): ResultsPhase {
    if (this.#problem !== undefined) return { kind: "failed", reason: this.#problem };
    if (!vscode.workspace.isTrusted) return { kind: "untrusted" };
    return this.#engine?.phase ?? { kind: "closed" };
  }

  /** Only paths that the engine found in the data set come here, and the file that the user chose in a dialog. */
  #sourceOf(path: string): string | undefined {
    return this.#roots.has(path) ? this.#panel.webview.asWebviewUri(vscode.Uri.file(path)).toString() : undefined;
  }

  #load(): void {
    const roots = this.#roots.paths.map((path) => vscode.Uri.file(path));
    this.#page.load((panel) => loadPage(panel, { dist: this.#options.dist, name: "resultsBrowser", roots }));
  }
}
