import * as vscode from "vscode";
import type { PanelKind } from "../../protocol/panelKind";
import { nodeFileSystem } from "../../store/nodeFileSystem";
import { systemProcesses } from "../../store/processIdentity";
import type { PanelLabels } from "../../protocol/panelLabels";
import type { PanelIntent } from "../../protocol/panelIntent";
import { readPanelIntent } from "../../protocol/panelIntent";
import { DashboardContent } from "./dashboardContent";
import { LensContent } from "./lensContent";
import type { PageOptions } from "./loadPage";
import { loadPage } from "./loadPage";
import { Pacer } from "./pacer";
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
  readonly #looks: Pacer;
  readonly #messages: Pacer;
  readonly #disposables: vscode.Disposable[] = [];
  #check: NodeJS.Timeout | undefined;
  #isReady = false;
  #isDisposed = false;
  #isWholeSent = false;
  #kept = Infinity;

  constructor(panel: vscode.WebviewPanel, options: RunPanelOptions) {
    this.#panel = panel;

    const { kind, directory, labels, act, log } = options;
    const feedOptions = { fs: nodeFileSystem, processes: systemProcesses, now: () => Date.now() };
    this.feed = new RunFeed(directory, feedOptions, (kept) => {
      this.#kept = Math.min(this.#kept, kept);
      this.#messages.ask();
    });
    this.content =
      kind === "runDashboard" ? new DashboardContent(this.feed, labels) : new LensContent(this.feed, labels);
    this.#messages = new Pacer(() => this.#send(), messageIntervalMs);
    this.#looks = new Pacer(() => this.#look(), lookIntervalMs);

    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.file(directory), "*"),
    );
    const look = (): void => {
      if (this.#panel.visible) this.#looks.ask();
    };
    this.#disposables.push(
      watcher,
      watcher.onDidChange(look),
      watcher.onDidCreate(look),
      watcher.onDidDelete(look),
      panel.onDidChangeViewState(() => this.#visibilityChanged()),
      panel.webview.onDidReceiveMessage((message: unknown) => {
        const intent = readPanelIntent(message);
        if (intent === undefined) log.warn(`${kind}: dropped a message that is no intent.`);
        else if (intent.kind === "ready") this.#ready();
        else act(intent, this);
      }),
    );
    if (options.roots) void options.roots.then((roots) => this.#load({ dist: options.dist, name: kind, roots }));
    else this.#load({ dist: options.dist, name: kind });
  }

  /** Name for files made from a chart of this run. */
  fileName(chart: string, extension: string): string {
    return `${this.feed.context.name}.${chart}`.replace(/[^\w.-]+/g, "-") + extension;
  }

  get isVisible(): boolean {
    return !this.#isDisposed && this.#panel.visible;
  }

  /** Where the page may load a file of one of its folders from. */
  sourceOf(file: vscode.Uri): string {
    return this.#panel.webview.asWebviewUri(file).toString();
  }

  /** Tells the page something beside its content; a page that is hidden has asked in vain. */
  post(message: unknown): void {
    if (this.#isReady && this.isVisible) void this.#panel.webview.postMessage(message);
  }

  /** Has the content sent, as far as it is new. */
  askToSend(): void {
    this.#messages.ask();
  }

  reveal(): void {
    this.#panel.reveal();
  }

  onDidDispose(listener: () => void): void {
    this.#panel.onDidDispose(() => {
      this.#isDisposed = true;
      clearTimeout(this.#check);
      this.#looks.dispose();
      this.#messages.dispose();
      for (const disposable of this.#disposables) disposable.dispose();
      listener();
    });
  }

  #load(page: PageOptions): void {
    if (!this.#isDisposed) loadPage(this.#panel, page);
  }

  #ready(): void {
    this.#isReady = true;
    this.#isWholeSent = false;
    if (this.feed.isOpen) this.#messages.ask();
    this.#looks.ask();
  }

  /** A page is discarded when it is hidden; it says that it is ready when it is loaded again. */
  #visibilityChanged(): void {
    if (this.#panel.visible) {
      this.#looks.ask();
      return;
    }
    this.#isReady = false;
    clearTimeout(this.#check);
  }

  async #look(): Promise<void> {
    clearTimeout(this.#check);
    await this.feed.refresh();
    if (!this.#panel.visible) return;
    // File events get lost on network disks, and a process that dies makes none.
    const isRunning = this.feed.context.standing === "running";
    this.#check = setTimeout(() => this.#looks.ask(), isRunning ? runningCheckMs : endedCheckMs);
  }

  #send(): void {
    if (!this.#isReady || !this.feed.isOpen) return;
    const message = this.#isWholeSent ? this.content.changes(this.#kept) : this.content.whole();
    this.#isWholeSent = true;
    this.#kept = Infinity;
    if (message !== undefined) void this.#panel.webview.postMessage(message);
    if (this.content.isBehind) this.#messages.ask();
  }
}
