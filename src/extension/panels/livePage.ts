import type * as vscode from "vscode";
import type { PanelIntent } from "../../protocol/panelIntent";
import { readPanelIntent } from "../../protocol/panelIntent";
import { Pacer } from "./pacer";

export interface LivePageOptions {
  /** Shortest time between two messages to the page. */
  readonly messageIntervalMs: number;
  /** Shortest time between two looks at what the page shows. */
  readonly lookIntervalMs?: number;
  /**
   * Takes in what is new; called only while the page is to be seen. Must not reject.
   * @param isFirst the first look since the page is to be seen
   * @returns how long to wait before looking again unasked, in milliseconds; undefined: nothing changes unasked
   */
  readonly look?: (isFirst: boolean) => Promise<number | undefined>;
  /**
   * What the page is to be told next; undefined when there is nothing to tell.
   * @param isWhole the page was just loaded and knows nothing
   */
  readonly message: (isWhole: boolean) => unknown;
  /** Carries out what the user wants. */
  readonly act: (intent: PanelIntent) => void;
  /** Told of messages that are no intent every page has. */
  readonly other: (message: unknown) => void;
}

/**
 * The page of a webview panel. While it is to be seen, what it shows is looked after and it is told what is new; the editor
 * discards a page that is hidden, so that it is told everything when it is loaded again, and nothing in between.
 */
export class LivePage {
  readonly #panel: vscode.WebviewPanel;
  readonly #options: LivePageOptions;
  readonly #looks: Pacer;
  readonly #messages: Pacer;
  readonly #disposables: readonly vscode.Disposable[];
  #check: NodeJS.Timeout | undefined;
  #isReady = false;
  #isDisposed = false;
  #isWholeSent = false;
  #isFirst = true;

  constructor(panel: vscode.WebviewPanel, options: LivePageOptions) {
    this.#panel = panel;
    this.#options = options;
    this.#messages = new Pacer(() => this.#send(), options.messageIntervalMs);
    this.#looks = new Pacer(() => this.#look(), options.lookIntervalMs ?? 0);
    this.#disposables = [
      panel.onDidChangeViewState(() => this.#visibilityChanged()),
      panel.webview.onDidReceiveMessage((message: unknown) => this.#receive(message)),
    ];
    panel.onDidDispose(() => {
      this.#isDisposed = true;
      clearTimeout(this.#check);
      this.#looks.dispose();
      this.#messages.dispose();
      for (const disposable of this.#disposables) disposable.dispose();
    });
  }

  get isVisible(): boolean {
    return !this.#isDisposed && this.#panel.visible;
  }

  /** Something may have happened to what the page shows. */
  askToLook(): void {
    if (this.isVisible && this.#options.look) this.#looks.ask();
  }

  /** Has the page told what is new. */
  askToSend(): void {
    this.#messages.ask();
  }

  /** Tells the page something at once; a page that is hidden has asked in vain. */
  post(message: unknown): void {
    if (this.#isReady && this.isVisible) void this.#panel.webview.postMessage(message);
  }

  /** Fills the panel, by `load`, unless it is gone; the page says when it is ready. */
  load(load: (panel: vscode.WebviewPanel) => void): void {
    if (this.#isDisposed) return;
    this.#isReady = false;
    load(this.#panel);
  }

  #receive(message: unknown): void {
    const intent = readPanelIntent(message);
    if (intent === undefined) this.#options.other(message);
    else if (intent.kind === "ready") this.#ready();
    else this.#options.act(intent);
  }

  #ready(): void {
    this.#isReady = true;
    this.#isWholeSent = false;
    this.#messages.ask();
    this.askToLook();
  }

  #visibilityChanged(): void {
    if (this.isVisible) {
      this.#isFirst = true;
      this.askToLook();
      return;
    }
    this.#isReady = false;
    clearTimeout(this.#check);
  }

  async #look(): Promise<void> {
    clearTimeout(this.#check);
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    const waitMs = await this.#options.look?.(isFirst);
    if (waitMs !== undefined && this.isVisible) this.#check = setTimeout(() => this.askToLook(), waitMs);
  }

  #send(): void {
    if (!this.#isReady || !this.isVisible) return;
    const message = this.#options.message(!this.#isWholeSent);
    if (message === undefined) return;
    this.#isWholeSent = true;
    void this.#panel.webview.postMessage(message);
  }
}
