import * as vscode from "vscode";
import { RunFailure, UserError } from "../../core/errors";
import type { ModelReport } from "../../core/onnx/report/modelReport";
import type { ExplorerState, ExplorerUse } from "../../core/views/backbone/explorerState";
import { rowsNamed, type ValueRow, valueRows } from "../../core/views/backbone/valueRows";
import { useTaps } from "../../core/views/backbone/useTaps";
import { CallTimeout, ChannelClosed } from "../../protocol/rpc";
import type { App } from "../app";
import type { EngineSession } from "../jobs/engine";
import { type ExperimentUse, experimentUses } from "./experimentUses";
import { readUseData } from "./useData";

/** No honest model takes this long, but a hostile one may be made to take forever. */
const inspectTimeoutMs = 60_000;

/** What is known of one model file, kept up to date; each question is put to a worker that ends with the answer. */
export class ExplorerSession {
  state: ExplorerState;
  uses: readonly ExperimentUse[] = [];
  rows: readonly ValueRow[] = [];
  report: ModelReport | undefined;
  #sizes: Readonly<Record<string, number>> | undefined;
  #work = new vscode.CancellationTokenSource();

  constructor(
    private readonly app: App,
    private readonly model: vscode.Uri,
    private readonly file: string,
    private readonly changed: () => void,
  ) {
    this.state = { phase: vscode.workspace.isTrusted ? "loading" : "untrusted", file };
  }

  dispose(): void {
    this.#work.cancel();
    this.#work.dispose();
  }

  /** Reads the model, then the data of the experiments that use it, and works out sizes at what the first of them asks. */
  async load(): Promise<void> {
    if (!vscode.workspace.isTrusted) {
      this.#show({ phase: "untrusted", file: this.file });
      return;
    }
    const token = this.#restart();
    if (this.state.phase !== "ready") this.#show({ phase: "loading", file: this.file });
    await this.#ask(token, async (call) => {
      const [report, uses] = await Promise.all([
        this.#inspect(call, this.#sizes).catch((error: unknown) => {
          // The file may have changed so that sizes chosen before no longer fit.
          if (this.#sizes === undefined || !(error instanceof UserError)) throw error;
          this.#sizes = undefined;
          return this.#inspect(call, undefined);
        }),
        experimentUses(this.app.runs, this.model),
      ]);
      if (token.isCancellationRequested) return;
      this.#take(report, uses);
      await this.#readUses(call, report, token);
    });
  }

  /** Looks again at the experiments, if one that uses this model came, went or changed. */
  async refreshUses(): Promise<void> {
    if (this.state.phase !== "ready") return;
    const key = (list: readonly ExperimentUse[]): string =>
      JSON.stringify(list.map(({ file, side, text }) => [file.toString(), side, text]));
    const uses = await experimentUses(this.app.runs, this.model);
    const { report } = this;
    if (!report || key(uses) === key(this.uses)) return;
    const token = this.#restart();
    this.#take(report, uses);
    await this.#ask(token, (call) => this.#readUses(call, report, token));
  }

  /** Works out shapes and costs at other sizes of free axes; sizes that do not fit change nothing but a message. */
  async resize(sizes: Readonly<Record<string, number>>): Promise<void> {
    const { state } = this;
    if (state.phase !== "ready") return;
    const known = state.report.axes.filter(({ name }) => Object.hasOwn(sizes, name));
    const wanted = Object.fromEntries(known.map(({ name }) => [name, sizes[name] ?? 1]));
    const token = this.#restart();
    await this.#ask(token, (call) => this.#resizeWith(call, wanted, token));
  }

  async #resizeWith(
    call: EngineSession["call"],
    sizes: Readonly<Record<string, number>>,
    token: vscode.CancellationToken,
  ): Promise<void> {
    try {
      const report = await this.#inspect(call, sizes);
      if (token.isCancellationRequested || this.state.phase !== "ready") return;
      this.#sizes = sizes;
      const { uses } = this.state;
      this.#take(report, this.uses);
      this.#show({ ...this.state, uses });
    } catch (error) {
      if (!(error instanceof UserError) || this.state.phase !== "ready") throw error;
      if (!token.isCancellationRequested) this.#show({ ...this.state, sizesProblem: error.message });
    }
  }

  async #inspect(
    call: EngineSession["call"],
    sizes: Readonly<Record<string, number>> | undefined,
  ): Promise<ModelReport> {
    const request = { path: this.model.fsPath, values: true, sizes };
    return call("inspect", request, { timeoutMs: inspectTimeoutMs });
  }

  #take(report: ModelReport, uses: readonly ExperimentUse[]): void {
    // The long list stays here; the page asks for parts of it.
    const head = { ...report, values: [] };
    this.report = report;
    this.rows = valueRows(report);
    this.uses = uses;
    const states = rowsNamed(
      this.rows,
      report.hiddenStates.map(({ value }) => value),
    );
    const shown = uses.map(({ file, side, hiddenStates }): ExplorerUse => {
      const taps = useTaps(hiddenStates, this.rows, report.hiddenStates);
      return { experiment: vscode.workspace.asRelativePath(file), side, taps };
    });
    this.#show({ phase: "ready", file: this.file, report: head, states, uses: shown });
  }

  async #readUses(call: EngineSession["call"], report: ModelReport, token: vscode.CancellationToken): Promise<void> {
    for (const [index, use] of this.uses.entries()) {
      let found: Pick<ExplorerUse, "data" | "problem">;
      try {
        found = { data: await readUseData(call, use, report) };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        found = { problem: error.message };
      }
      if (token.isCancellationRequested || this.state.phase !== "ready") return;
      const uses = this.state.uses.map((known, at) => (at === index ? { ...known, ...found } : known));
      this.#show({ ...this.state, uses });
      const wanted = found.data?.sizes;
      const isOther = wanted && report.axes.some(({ name, size }) => (wanted[name] ?? size) !== size);
      if (index === 0 && isOther && this.#sizes === undefined) await this.#resizeWith(call, wanted, token);
    }
  }

  /** Asks a worker; whatever goes wrong becomes a sentence on the page. */
  async #ask(token: vscode.CancellationToken, question: (call: EngineSession["call"]) => Promise<void>): Promise<void> {
    try {
      await this.app.engine.ask(question, token);
    } catch (error) {
      if (token.isCancellationRequested || error instanceof vscode.CancellationError) return;
      this.#show({ phase: "failed", file: this.file, problem: this.#sentence(error) });
    }
  }

  #sentence(error: unknown): string {
    if (error instanceof UserError || error instanceof RunFailure) return error.message;
    if (error instanceof CallTimeout)
      return vscode.l10n.t("Reading the model took more than a minute and was ended; the file may be damaged.");
    this.app.log.error(
      `${this.model.fsPath}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof ChannelClosed) return message;
    return vscode.l10n.t("UniPT met a fault of its own: {0}", message);
  }

  #restart(): vscode.CancellationToken {
    this.#work.cancel();
    this.#work.dispose();
    this.#work = new vscode.CancellationTokenSource();
    return this.#work.token;
  }

  #show(state: ExplorerState): void {
    this.state = state;
    this.changed();
  }
}
