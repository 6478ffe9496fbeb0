import type { RunEvent } from "../../core/experiment/runEvent";
import { UserError } from "../../core/errors";
import type { RetrievalAnswer } from "../../core/datasets/retrievalResults";
import type {
  EmbeddingProgress,
  ListQueriesRequest,
  NearestReply,
  NearestRequest,
  OpenRetrievalRequest,
  QueryPage,
  RetrievalOverview,
  SearchImageRequest,
  SearchTextRequest,
} from "../../protocol/retrieval";
import { bestCheckpoint } from "../../store/bestCheckpoint";
import { nodeFileSystem } from "../../store/nodeFileSystem";
import { openModel } from "../openModel";
import { RetrievalSession } from "./retrievalSession";

export interface DeskListeners {
  readonly onEvent: (event: RunEvent) => void;
  readonly onProgress: (progress: EmbeddingProgress) => void;
}

/** Keeps one run open in a worker and answers questions about it, one at a time: programs and buffers are shared. */
export class RetrievalDesk {
  readonly #signal: AbortSignal;
  readonly #listeners: DeskListeners;
  #open: { readonly runDirectory: string; readonly session: RetrievalSession } | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(signal: AbortSignal, listeners: DeskListeners) {
    this.#signal = signal;
    this.#listeners = listeners;
  }

  openRetrieval(request: OpenRetrievalRequest): Promise<RetrievalOverview> {
    return this.#inTurn(async () => {
      const { runDirectory, split } = request;
      const session = await this.#sessionFor(request);
      this.#open = { runDirectory, session };
      this.#listeners.onEvent({ type: "phaseStarted", phase: "evaluate", split });
      return session.embed(split, (done, total) => this.#listeners.onProgress({ split, done, total }));
    });
  }

  listQueries(request: ListQueriesRequest): Promise<QueryPage> {
    return this.#inTurn(() => this.#session.listQueries(request));
  }

  nearest(request: NearestRequest): Promise<NearestReply> {
    return this.#inTurn(() => this.#session.nearest(request));
  }

  searchText(request: SearchTextRequest): Promise<RetrievalAnswer> {
    return this.#inTurn(() => this.#session.searchText(request));
  }

  searchImage(request: SearchImageRequest): Promise<RetrievalAnswer> {
    return this.#inTurn(() => this.#session.searchImage(request));
  }

  /** Gives back what the open run holds; a worker that ends needs not do so. */
  close(): Promise<void> {
    return this.#inTurn(() => this.#closeSession());
  }

  get #session(): RetrievalSession {
    if (!this.#open) throw new UserError("No run is open; open one first.");
    return this.#open.session;
  }

  /** The session there is, as long as it is that of the run's present best checkpoint. */
  async #sessionFor(request: OpenRetrievalRequest): Promise<RetrievalSession> {
    const { runDirectory } = request;
    if (this.#open?.runDirectory === runDirectory) {
      const { session } = this.#open;
      if (session.model.checkpoint.file === (await bestCheckpoint(nodeFileSystem, runDirectory))) return session;
    }
    await this.#closeSession();
    const opening = openModel({ ...request, signal: this.#signal });
    for (let next = await opening.next(); ; next = await opening.next()) {
      if (next.done) return new RetrievalSession(next.value);
      this.#listeners.onEvent(next.value);
    }
  }

  async #closeSession(): Promise<void> {
    const before = this.#open;
    this.#open = undefined;
    await before?.session.close();
  }

  #inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
