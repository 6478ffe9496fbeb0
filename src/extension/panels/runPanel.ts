import * as vscode from "vscode";
import type { PanelKind } from "../../protocol/panelKind";
import { nodeFileSystem } from "../../store/nodeFileSystem";
import { systemProcesses } from "../../store/processIdentity";
import type { PanelLabels } from "../../protocol/panelLabels";
import type { PanelIntent } from "../../protocol/panelIntent";
import { DashboardContent } from "./dashboardContent";
import { LensContent } from "./lensContent";
import { LivePage } from "./livePage";
import { loadPage } from "./loadPage";
import type { PanelContent } from "./panelContent";
import { RunFeed } from "./runFeed";

/** Shortest time between two messages to a page. */
const messageIntervalMs = 100;
/** Shortest time between two looks at the run, and how long file events may be missing before it is looked at anyway. */
const lookIntervalMs = 150;
const runningCheckMs = 1_000;
const endedCheckMs = 10_000;

export interface RunPanelOptions {
  readonly kind: Exclude<PanelKind, "resultsBrowser">;
  readonly directory: string;
  readonly dist: vscode.Uri;
  readonly labels: PanelLabels;
  readonly log: vscode.LogOutputChannel;
  /** Folders beside the extension's own that the page may show files of. */
  readonly roots?: Promise<readonly vscode.Uri[]>;
  /** Carries out what the user wants, other than what is the panel's own affair. */
  readonly act: (intent: PanelIntent, panel: RunPanel) => void;
}

/** One webview panel on one run: follows the run while it is visible, and does nothing while it is not. */
export class RunPanel {
  readonly feed: RunFeed;
  readonly content: PanelContent;
  readonly #panel: vscode.WebviewPanel;
  readonly #page: LivePage;
  /** Records of the history that stayed as they were since the last message. */
  #kept = Infinity;

  constructor(panel: vscode.WebviewPanel, options: RunPanelOptions) {
    this.#panel = panel;
    const { kind, directory, dist, labels, act, log } = options;
    const feedOptions = { fs: nodeFileSystem, processes: systemProcesses, now: () => Date.now() };
    this.feed = new RunFeed(directory, feedOptions, (kept) => {
      this.#kept = Math.min(this.#kept, kept);
      this.#page.askToSend();
    });
    this.content =
      kind === "runDashboard" ? new DashboardContent(this.feed, labels) : new LensContent(this.feed, labels);
    this.#page = new LivePage(panel, {
      messageIntervalMs,
      lookIntervalMs,
      look: () => this.#look(),
      message: (isWhole) => this.#message(isWhole),
      act: (intent) => act(intent, this),
      other: () => log.warn(`${kind}: dropped a message that is no intent.`),
    });
    this.#watch(directory);
    const load = (roots: readonly vscode.Uri[]): void =>
      this.#page.load(() => loadPage(panel, { dist, name: kind, roots }));
    if (options.roots) void options.roots.then(load);
    else load([]);
  }

  /** Name for files made from a chart of this run. */
  fileName(chart: string, extension: string): string {
    return `${this.feed.context.name}.${chart}`.replace(/[^\w.-]+/g, "-") + extension;
  }

  get isVisible(): boolean {
    return this.#page.isVisible;
  }

  /** Where the page may load a file of one of its folders from. */
  sourceOf(file: vscode.Uri): string {
    return this.#panel.webview.asWebviewUri(file).toString();
  }

  /** Tells the page something beside its content; a page that is hidden has asked in vain. */
  post(message: unknown): void {
    this.#page.post(message);
  }

  /** Has the content sent, as far as it is new. */
  askToSend(): void {
    this.#page.askToSend();
  }

  reveal(): void {
    this.#panel.reveal();
  }

  onDidDispose(listener: () => void): void {
    this.#panel.onDidDispose(listener);
  }

  #watch(directory: string): void {
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.file(directory), "*"),
    );
    const look = (): void => this.#page.askToLook();
    const disposables = [watcher, watcher.onDidChange(look), watcher.onDidCreate(look), watcher.onDidDelete(look)];
    this.#panel.onDidDispose(() => {
      for (const disposable of disposables) disposable.dispose();
    });
  }

  async #look(): Promise<number> {
    await this.feed.refresh();
    // File events get lost on network disks, and a process that dies makes none.
    return this.feed.context.standing === "running" ? runningCheckMs : endedCheckMs;
  }

  #message(isWhole: boolean): unknown {
    if (!this.feed.isOpen) return undefined;
    const message = isWhole ? this.content.whole() : this.content.changes(this.#kept);
    this.#kept = Infinity;
    if (this.content.isBehind) this.#page.askToSend();
    return message;
  }
}
