import type * as vscode from "vscode";
import type { PanelIntent } from "../../protocol/panelIntent";
import { readPanelIntent } from "../../protocol/panelIntent";
import type { PanelLabels } from "../../protocol/panelLabels";
import { nodeFileSystem } from "../../store/nodeFileSystem";
import { systemProcesses } from "../../store/processIdentity";
import { ComparisonContent } from "./comparisonContent";
import { loadPage } from "./loadPage";
import { Pacer } from "./pacer";

/** Shortest time between two messages to the page: tables and curves of many runs are drawn anew with each. */
const messageIntervalMs = 400;
const lookIntervalMs = 250;
const runningCheckMs = 1_000;

export interface ComparisonPanelOptions {
  readonly dist: vscode.Uri;
  readonly labels: PanelLabels;
  readonly log: vscode.LogOutputChannel;
  /** Carries out what the user wants, other than what is the panel's own affair. */
  readonly act: (intent: PanelIntent, panel: ComparisonPanel) => void;
  /** Something happened to some run of the workspace. */
  readonly onDidChangeRuns: vscode.Event<unknown>;
}

/** The webview panel that compares runs: follows them while it is visible, and does nothing while it is not. */
export class ComparisonPanel {
  readonly content: ComparisonContent;
  readonly #panel: vscode.WebviewPanel;
  readonly #looks: Pacer;
  readonly #messages: Pacer;
  readonly #disposables: readonly vscode.Disposable[];
  #check: NodeJS.Timeout | undefined;
  #isReady = false;
  #isWholeSent = false;
  #mayHaveChanged = true;

  constructor(panel: vscode.WebviewPanel, directories: readonly string[], options: ComparisonPanelOptions) {
    this.#panel = panel;
    const { dist, labels, log, act, onDidChangeRuns } = options;
    const feedOptions = { fs: nodeFileSystem, processes: systemProcesses, now: () => Date.now() };
    this.#messages = new Pacer(() => this.#send(), messageIntervalMs);
    this.#looks = new Pacer(() => this.#look(), lookIntervalMs);
    this.content = new ComparisonContent(labels, feedOptions, () => this.#messages.ask());
    this.#disposables = [
      onDidChangeRuns(() => {
        this.#mayHaveChanged = true;
        if (panel.visible) this.#looks.ask();
      }),
      panel.onDidChangeViewState(() => this.#visibilityChanged()),
      panel.webview.onDidReceiveMessage((message: unknown) => {
        const intent = readPanelIntent(message);
        if (intent === undefined) log.warn("comparison: dropped a message that is no intent.");
        else if (intent.kind === "ready") this.#ready();
        else act(intent, this);
      }),
    ];
    this.setRuns(directories);
    loadPage(panel, { dist, name: "comparison" });
  }

  setRuns(directories: readonly string[]): void {
    this.content.setRuns(directories);
    if (this.#panel.visible) this.#looks.ask();
  }

  reveal(): void {
    this.#panel.reveal();
  }

  onDidDispose(listener: () => void): void {
    this.#panel.onDidDispose(() => {
      clearTimeout(this.#check);
      this.#looks.dispose();
      this.#messages.dispose();
      for (const disposable of this.#disposables) disposable.dispose();
      listener();
    });
  }

  #ready(): void {
    this.#isReady = true;
    this.#isWholeSent = false;
    this.#messages.ask();
    this.#looks.ask();
  }

  /** A page is discarded when it is hidden; it says that it is ready when it is loaded again. */
  #visibilityChanged(): void {
    if (this.#panel.visible) {
      this.#mayHaveChanged = true;
      this.#looks.ask();
      return;
    }
    this.#isReady = false;
    clearTimeout(this.#check);
  }

  async #look(): Promise<void> {
    clearTimeout(this.#check);
    const isAll = this.#mayHaveChanged;
    this.#mayHaveChanged = false;
    await this.content.refresh(isAll, () => this.#panel.visible);
    if (this.#panel.visible && this.content.isAnyRunning)
      this.#check = setTimeout(() => this.#looks.ask(), runningCheckMs);
  }

  #send(): void {
    if (!this.#isReady) return;
    const message = this.#isWholeSent ? this.content.changes() : this.content.whole();
    this.#isWholeSent = true;
    if (message !== undefined) void this.#panel.webview.postMessage(message);
  }
}
