import { Cancelled } from "../../../core/errors";
import type { Split } from "../../../core/experiment/runEvent";
import { type LoadingWork, workAfter } from "../../../core/views/results/loadingWork";
import type { ResultsPhase } from "../../../protocol/resultsMessage";
import type { RetrievalOverview } from "../../../protocol/retrieval";
import type { Engine, EngineSession } from "../../jobs/engine";

/** A worker that nobody asks for so long is ended, and started again when somebody does. */
const idleEndMs = 5 * 60_000;

export interface ResultsEngineOptions {
  readonly engine: Pick<Engine, "open">;
  readonly runDirectory: string;
  readonly cacheDirectory: string;
  /** The phase or the overview has changed. */
  readonly onChange: () => void;
  readonly idleMs?: number;
}

/** The worker that answers a results browser: started when it is needed, ended when it is not, its death told. */
export class ResultsEngine {
  readonly #options: ResultsEngineOptions;
  #phase: ResultsPhase = { kind: "closed" };
  #overview: RetrievalOverview | undefined;
  #session: Promise<EngineSession> | undefined;
  #opening: { readonly split: Split; readonly done: Promise<void> } | undefined;
  /** Counts what makes earlier work meaningless: another split, cancelling, the end. */
  #turn = 0;
  #asking = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #isDisposed = false;

  constructor(options: ResultsEngineOptions) {
    this.#options = options;
  }

  get phase(): ResultsPhase {
    return this.#phase;
  }

  /** The split that was embedded last. */
  get overview(): RetrievalOverview | undefined {
    return this.#overview;
  }

  /** Embeds a split; how that goes is told by the phase. Never rejects. */
  open(split: Split): Promise<void> {
    if (this.#opening?.split === split) return this.#opening.done;
    const opening = { split, done: this.#open(split) };
    this.#opening = opening;
    void opening.done.then(() => {
      if (this.#opening === opening) this.#opening = undefined;
    });
    return opening.done;
  }

  /**
   * Asks about a split, which is embedded first if it has to be.
   * @throws Cancelled when the split could not be opened: the phase says why; any error of the question itself
   */
  async ask<T>(split: Split, question: (call: EngineSession["call"]) => Promise<T>): Promise<T> {
    if (this.#opening || !this.#session || this.#overview?.split !== split) await this.open(split);
    if (this.#phase.kind !== "ready") throw new Cancelled("The split is not open.");
    return this.#use(({ call }) => question(call));
  }

  /** Ends the worker in the middle of its work. */
  cancel(): void {
    this.#turn++;
    this.#opening = undefined;
    this.#end();
    this.#show({ kind: "stopped" });
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#turn++;
    this.#end();
  }

  async #open(split: Split): Promise<void> {
    const turn = ++this.#turn;
    this.#show({ kind: "loading", work: { kind: "start" } });
    try {
      const overview = await this.#use(async ({ call }) => {
        const { runDirectory, cacheDirectory } = this.#options;
        return call("openRetrieval", { runDirectory, cacheDirectory, split });
      });
      if (turn !== this.#turn) return;
      this.#overview = overview;
      this.#show({ kind: "ready" });
    } catch (error) {
      if (turn === this.#turn) this.#show({ kind: "failed", reason: reasonOf(error) });
    }
  }

  async #use<T>(work: (session: EngineSession) => Promise<T>): Promise<T> {
    clearTimeout(this.#idle);
    this.#asking++;
    try {
      return await work(await this.#start());
    } finally {
      this.#asking--;
      if (this.#asking === 0 && !this.#isDisposed)
        this.#idle = setTimeout(() => this.#end(), this.#options.idleMs ?? idleEndMs);
    }
  }

  #start(): Promise<EngineSession> {
    if (this.#session) return this.#session;
    const starting = this.#options.engine.open({
      runEvent: (event) => this.#work((work) => workAfter(work, event)),
      embeddingProgress: ({ split, done, total }) => this.#work(() => ({ kind: "embed", split, done, total })),
    });
    this.#session = starting;
    starting.then(
      ({ closed }) => void closed.then((reason) => this.#closed(starting, reason)),
      () => {
        if (this.#session === starting) this.#session = undefined;
      },
    );
    return starting;
  }

  #end(): void {
    const session = this.#session;
    this.#session = undefined;
    clearTimeout(this.#idle);
    session?.then((opened) => opened.dispose()).catch(() => undefined);
  }

  /** A worker that we did not end has died: what it held is gone. */
  #closed(session: Promise<EngineSession>, reason: string): void {
    if (this.#session !== session) return;
    this.#session = undefined;
    this.#opening = undefined;
    this.#turn++;
    this.#show({ kind: "failed", reason });
  }

  #work(next: (work: LoadingWork) => LoadingWork): void {
    if (this.#phase.kind !== "loading") return;
    const work = next(this.#phase.work);
    if (work !== this.#phase.work) this.#show({ kind: "loading", work });
  }

  #show(phase: ResultsPhase): void {
    if (this.#isDisposed) return;
    this.#phase = phase;
    this.#options.onChange();
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
