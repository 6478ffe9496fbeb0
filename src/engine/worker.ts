import { Cancelled } from "../core/errors";
import type { RunEvent } from "../core/experiment/runEvent";
import { type EngineCalls, type EngineEvents, PROTOCOL_VERSION } from "../protocol/engine";
import type { RetrievalCalls } from "../protocol/retrieval";
import { processChannel } from "../protocol/processChannel";
import { connect, type Handlers, type Nothing } from "../protocol/rpc";
import type { RetrievalDesk } from "./retrieval/retrievalDesk";

/**
 * Main of the worker process: one request at a time from the process that started it, events while it works. It ends with
 * its parent, whatever way that goes, after giving the work under way a moment to save.
 */

/** Work that does not stop by itself within this time after the parent is gone is lost up to its last checkpoint. */
const SAVE_TIMEOUT_MS = 10_000;

const STOPPED = "The run was stopped; --resume continues it.";

const stopping = new AbortController();
let working = 0;

const handlers: Handlers<
  Pick<
    EngineCalls,
    | keyof RetrievalCalls
    | "hello"
    | "train"
    | "extract"
    | "export"
    | "predict"
    | "evaluate"
    | "diagnose"
    | "inspect"
    | "samples"
    | "forecast"
    | "verify"
    | "backboneUse"
    | "stop"
  >
> = {
  hello: ({ protocolVersion }) => {
    if (protocolVersion !== PROTOCOL_VERSION)
      throw new Error(`Protocol ${PROTOCOL_VERSION} was asked for version ${protocolVersion}; build again.`);
    return { pid: process.pid };
  },
  train: (request) =>
    work(async () => {
      const { train } = await import("./train");
      const onDirectory = (directory: string): void => peer.emit("runDirectory", directory);
      return tell(train({ ...request, signal: stopping.signal, onDirectory }));
    }),
  extract: (request) =>
    work(async () => {
      const { extract } = await import("./extract");
      return tell(extract({ ...request, signal: stopping.signal }));
    }),
  evaluate: (request) =>
    work(async () => {
      const { evaluateRun } = await import("./evaluateRun");
      return tell(evaluateRun({ ...request, signal: stopping.signal }));
    }),
  export: (request) =>
    work(async () => {
      const { exportRun } = await import("./export/exportRun");
      return exportRun(request);
    }),
  predict: (request) =>
    work(async () => {
      const { predict } = await import("./predict/predict");
      return tell(predict({ ...request, signal: stopping.signal }));
    }),
  diagnose: ({ folder }) =>
    work(async () => {
      const { diagnose } = await import("./diagnose");
      return diagnose(folder);
    }),
  openRetrieval: (request) => work(async () => (await retrieval()).openRetrieval(request)),
  listQueries: (request) => work(async () => (await retrieval()).listQueries(request)),
  nearest: (request) => work(async () => (await retrieval()).nearest(request)),
  searchText: (request) => work(async () => (await retrieval()).searchText(request)),
  searchImage: (request) => work(async () => (await retrieval()).searchImage(request)),
  inspect: ({ path, ...options }) =>
    work(async () => {
      const { inspectModel } = await import("./inspectModel");
      return inspectModel(path, options);
    }),
  forecast: (request) =>
    work(async () => {
      const { forecast } = await import("./forecast");
      return forecast(request);
    }),
  verify: ({ directories, images }) =>
    work(async () => {
      const { verify } = await import("./verify/verify");
      return { checks: await verify(directories, images) };
    }),
  backboneUse: (request) =>
    work(async () => {
      const { backboneUse } = await import("./backboneUse");
      return backboneUse(request);
    }),
  samples: (request) =>
    work(async () => {
      const { describeSamples } = await import("./describeSamples");
      return describeSamples(request);
    }),
  stop: () => stopping.abort(new Cancelled(STOPPED)),
};

let desk: Promise<RetrievalDesk> | undefined;

/** Keeps a run open between questions. */
function retrieval(): Promise<RetrievalDesk> {
  desk ??= import("./retrieval/retrievalDesk").then(
    ({ RetrievalDesk: Desk }) =>
      new Desk(stopping.signal, {
        onEvent: (event) => peer.emit("runEvent", event),
        onProgress: (progress) => peer.emit("embeddingProgress", progress),
      }),
  );
  return desk;
}

/** Posts every event as it happens; resolves to what the generator returns. */
async function tell<T>(events: AsyncGenerator<RunEvent, T>): Promise<T> {
  for (let next = await events.next(); ; next = await events.next()) {
    if (next.done) return next.value;
    peer.emit("runEvent", next.value);
  }
}

async function work<T>(body: () => Promise<T>): Promise<T> {
  working++;
  try {
    return await body();
  } finally {
    working--;
    if (!process.connected) process.exit(0);
  }
}

const closed = (listener: (reason: string) => void): void => {
  process.once("disconnect", () => listener("The process that started this worker is gone."));
};
const peer = connect<Nothing, Nothing, EngineEvents>(processChannel(process, closed), handlers);

process.once("disconnect", () => {
  stopping.abort(new Cancelled("The process that started this worker is gone."));
  if (working === 0) process.exit(0);
  setTimeout(() => process.exit(1), SAVE_TIMEOUT_MS).unref();
});
// Ctrl+C reaches the whole process group; what it means is decided by the parent.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => stopping.abort(new Cancelled(STOPPED)));
