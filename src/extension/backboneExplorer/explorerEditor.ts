import { basename, dirname } from "node:path";
import * as vscode from "vscode";
import { csv } from "../../core/views/csv";
import { rowsNamed, valuePage } from "../../core/views/backbone/valueRows";
import type { ExplorerIntent } from "../../protocol/explorerIntent";
import { readExplorerIntent } from "../../protocol/explorerIntent";
import type { ExplorerMessage } from "../../protocol/explorerMessage";
import type { PanelIntent } from "../../protocol/panelIntent";
import { readPanelIntent } from "../../protocol/panelIntent";
import type { App } from "../app";
import { guarded } from "../commands/guarded";
import { giveText, saveImage } from "../panels/giveFile";
import { loadPage } from "../panels/loadPage";
import { localizedLabels } from "../panels/localizedLabels";
import { Pacer } from "../panels/pacer";
import { chooseUse, copyTaps } from "./copyTaps";
import { explorerTable } from "./explorerTable";
import { ExplorerSession } from "./explorerSession";
import { explorerViewType } from "./registerExplorer";

/** Shortest time between two messages to the page, and between two readings of a file that is being written. */
const messageIntervalMs = 100;
const readIntervalMs = 500;

/** One `.onnx` file in the backbone explorer. */
export class ExplorerEditor {
  readonly #app: App;
  readonly #model: vscode.Uri;
  readonly #panel: vscode.WebviewPanel;
  readonly #session: ExplorerSession;
  readonly #labels = localizedLabels();
  readonly #messages = new Pacer(() => this.#send(), messageIntervalMs);
  readonly #reads: Pacer;
  readonly #disposables: vscode.Disposable[] = [];
  #isReady = false;

  constructor(app: App, model: vscode.Uri, panel: vscode.WebviewPanel) {
    this.#app = app;
    this.#model = model;
    this.#panel = panel;
    this.#session = new ExplorerSession(app, model, basename(model.fsPath), () => this.#messages.ask());
    this.#reads = new Pacer(() => this.#session.load(), readIntervalMs);
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.file(dirname(model.fsPath)), basename(model.fsPath)),
    );
    const act = guarded(explorerViewType, app.log, (message: unknown) => this.#act(message));
    this.#disposables.push(
      watcher,
      watcher.onDidChange(() => this.#reads.ask()),
      watcher.onDidCreate(() => this.#reads.ask()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#reads.ask()),
      app.runs.onDidChange(() => void this.#session.refreshUses()),
      panel.webview.onDidReceiveMessage(act),
      panel.onDidChangeViewState(() => {
        // A page is discarded when it is hidden; it says that it is ready when it is loaded again.
        if (!panel.visible) this.#isReady = false;
      }),
    );
    const dist = vscode.Uri.joinPath(app.context.extensionUri, "dist");
    loadPage(panel, { dist, name: "backboneExplorer", title: basename(model.fsPath) });
    this.#reads.ask();
  }

  /** Name for files made from a chart of this model, without extension. */
  #fileName(chart: string): string {
    return `${basename(this.#model.fsPath, ".onnx")}.${chart}`.replace(/[^\w.-]+/g, "-");
  }

  dispose(): void {
    this.#session.dispose();
    this.#messages.dispose();
    this.#reads.dispose();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #act(message: unknown): Promise<void> {
    const intent = readExplorerIntent(message) ?? readPanelIntent(message);
    if (intent === undefined) this.#app.log.warn(`${explorerViewType}: dropped a message that is no intent.`);
    else await this.#carryOut(intent);
  }

  async #carryOut(intent: ExplorerIntent | PanelIntent): Promise<void> {
    switch (intent.kind) {
      case "ready":
        this.#isReady = true;
        this.#messages.ask();
        return;
      case "listValues": {
        const { request, ticked, ...query } = intent;
        const { rows } = this.#session;
        this.#post({ kind: "values", request, page: valuePage(rows, query), ticked: rowsNamed(rows, ticked) });
        return;
      }
      case "setSizes":
        await this.#session.resize(intent.sizes);
        return;
      case "copyIntoExperiment":
        await this.#copyIntoExperiment(intent.taps);
        return;
      case "copyJson":
        await vscode.env.clipboard.writeText(JSON.stringify(this.#known(intent.taps)));
        vscode.window.setStatusBarMessage(vscode.l10n.t("The ticked layers are on the clipboard."), 3_000);
        return;
      case "newExperiment":
        await vscode.commands.executeCommand("unipt.newExperiment", this.#model);
        return;
      case "openExperiment": {
        const use = this.#session.uses[intent.use];
        if (use) await vscode.window.showTextDocument(use.file);
        return;
      }
      case "reload":
        this.#reads.ask();
        return;
      case "showLog":
        this.#app.log.show();
        return;
      case "manageTrust":
        await vscode.commands.executeCommand("workbench.trust.manage");
        return;
      case "openCsv":
      case "exportCsv":
      case "copyCsv": {
        const { state } = this.#session;
        const table = state.phase === "ready" ? explorerTable(state.report, this.#labels) : undefined;
        if (!table) return;
        const how = ({ openCsv: "open", exportCsv: "save", copyCsv: "copy" } as const)[intent.kind];
        const { documents } = await this.#app.panels();
        await giveText({ format: "csv", how, text: csv(table) }, this.#fileName(intent.chart), documents);
        return;
      }
      case "saveSvg":
      case "savePng":
        await saveImage(intent, this.#fileName(intent.chart));
        return;
      case "openFile":
      case "openSettings":
      case "revealRun":
      case "openPanel":
      case "giveText":
      case "addRuns":
      case "removeRun":
      case "openRun":
      case "inspectLayer":
      case "runCommand":
        // These belong to panels on runs.
        return;
    }
  }

  /** Names of values that the model has, low to high. */
  #known(taps: readonly string[]): string[] {
    return rowsNamed(this.#session.rows, taps).map(({ name }) => name);
  }

  async #copyIntoExperiment(wanted: readonly string[]): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    const taps = this.#known(wanted);
    const { uses } = this.#session;
    if (taps.length === 0) return;
    if (uses.length === 0) {
      const create = vscode.l10n.t("New Experiment");
      const text = vscode.l10n.t("No experiment of the workspace reads {0} yet.", basename(this.#model.fsPath));
      const choice = await vscode.window.showInformationMessage(text, create);
      if (choice === create) await vscode.commands.executeCommand("unipt.newExperiment", this.#model);
      return;
    }
    const use = await chooseUse(uses);
    if (use) await copyTaps(use, taps);
  }

  #send(): void {
    if (this.#isReady) this.#post({ kind: "state", labels: this.#labels, state: this.#session.state });
  }

  #post(message: ExplorerMessage): void {
    if (this.#isReady) void this.#panel.webview.postMessage(message);
  }
}
