import type { EngineEvents } from "../../../../src/protocol/engine";
import type { RetrievalOverview } from "../../../../src/protocol/retrieval";
import { ChannelClosed, type Listeners } from "../../../../src/protocol/rpc";
import type { Engine, EngineSession } from "../../../../src/extension/jobs/engine";

interface Pending {
  readonly name: string;
  readonly request: unknown;
  readonly reply: (payload: unknown) => void;
  readonly fail: (error: Error) => void;
}

/** A worker whose answers the test gives. */
export class FakeWorker {
  readonly calls: Pending[] = [];
  isDisposed = false;
  readonly session: EngineSession;
  #close: (reason: string) => void = () => undefined;

  constructor(readonly listeners: Listeners<EngineEvents>) {
    const closed = new Promise<string>((resolve) => (this.#close = resolve));
    const call = (name: string, request: unknown): Promise<unknown> =>
      new Promise((reply, fail) => this.calls.push({ name, request, reply, fail }));
    this.session = {
      call: call as EngineSession["call"],
      closed,
      dispose: () => {
        this.isDisposed = true;
        this.die("ended");
      },
    };
  }

  die(reason: string): void {
    for (const { fail } of this.calls.splice(0)) fail(new ChannelClosed(reason));
    this.#close(reason);
  }

  /** The oldest call that waits for an answer. */
  next(): Pending {
    const call = this.calls.shift();
    if (!call) throw new Error("Nothing was asked.");
    return call;
  }
}

/** Starts fake workers. */
export class FakeEngine implements Pick<Engine, "open"> {
  readonly workers: FakeWorker[] = [];

  open(listeners: Listeners<EngineEvents> = {}): Promise<EngineSession> {
    const worker = new FakeWorker(listeners);
    this.workers.push(worker);
    return Promise.resolve(worker.session);
  }
}

export function overviewOf(split: RetrievalOverview["split"]): RetrievalOverview {
  const metrics = { textToImage: { recallAt1: 50 } };
  const checkpoint = { file: "best.safetensors", epoch: 4, step: 16 };
  return { split, images: 2, captions: 2, checkpoint, metrics, device: "cpu", changes: [], imageFolder: "/data" };
}

/** Lets everything that is ready to go on do so. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
