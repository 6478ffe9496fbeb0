import type * as vscode from "vscode";
import type { PanelIntent } from "../../protocol/panelIntent";
import type { PanelLabels } from "../../protocol/panelLabels";
import { nodeFileSystem } from "../../store/nodeFileSystem";
import { systemProcesses } from "../../store/processIdentity";
import { ComparisonContent } from "./comparisonContent";
import { LivePage } from "./livePage";
import { loadPage } from "./loadPage";

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
  readonly #page: LivePage;
  #mayHaveChanged = true;

  constructor(panel: vscode.WebviewPanel, directories: readonly string[], options: ComparisonPanelOptions) {
    this.#panel = panel;
    const { dist, labels, log, act, onDidChangeRuns } = options;
    const feedOptions = { fs: nodeFileSystem, processes: systemProcesses, now: () => Date.now() };
    this.content = new ComparisonContent(labels, feedOptions, () => this.#page.askToSend());
    this.#page = new LivePage(panel, {
      messageIntervalMs,
      lookIntervalMs,
      look: (isFirst) => this.#look(isFirst),
      message: (isWhole): unknown => (isWhole ? this.content.whole() : this.content.changes()),
      act: (intent) => act(intent, this),
      other: () => log.warn("comparison: dropped a message that is no intent."),
    });
    const listener = onDidChangeRuns(() => {
      this.#mayHaveChanged = true;
      this.#page.askToLook();
    });
    panel.onDidDispose(() => void listener.dispose());
    this.setRuns(directories);
    this.#page.load(() => loadPage(panel, { dist, name: "comparison" }));
  }

  setRuns(directories: readonly string[]): void {
    this.content.setRuns(directories);
    this.#page.askToLook();
  }

  reveal(): void {
    this.#panel.reveal();
  }

  onDidDispose(listener: () => void): void {
    this.#panel.onDidDispose(listener);
  }

  async #look(isFirst: boolean): Promise<number | undefined> {
    const isAll = isFirst || this.#mayHaveChanged;
    this.#mayHaveChanged = false;
    await this.content.refresh(isAll, () => this.#page.isVisible);
    return this.content.isAnyRunning ? runningCheckMs : undefined;
  }
}
