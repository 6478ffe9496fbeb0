import { fork } from "node:child_process";
import { type EngineCalls, type EngineEvents, PROTOCOL_VERSION } from "../protocol/engine";
import { processChannel } from "../protocol/processChannel";
import { connect, type Listeners, type Nothing, type Peer } from "../protocol/rpc";
import { childEnvironment, noConsole } from "./childEnvironment";
import { type ProcessDeath, processDeath } from "./processDeath";

/** A started worker answers within this time, or it is given up. */
const HANDSHAKE_TIMEOUT_MS = 20_000;

/** An idle worker that was told to end is killed after this time. */
const EXIT_TIMEOUT_MS = 5_000;

export interface WorkerProgram {
  /** Path of the bundled `worker.js`. */
  readonly script: string;
  /** The Node to run it under; by default the one that runs this process. */
  readonly nodePath?: string | undefined;
}

export interface WorkerProcess {
  readonly pid: number;
  readonly call: Peer<EngineCalls, Nothing>["call"];
  /** Resolves when the process is gone. */
  readonly death: Promise<ProcessDeath>;
  /** Ends it at once; pending calls reject. */
  readonly kill: () => void;
  /** Lets it end by itself, which an idle worker does at once; one that does not is killed. */
  readonly end: () => Promise<void>;
}

/**
 * Starts a worker: tensors and native code live there, this process sees events and summaries only.
 * @throws Error when the process cannot start or does not answer.
 */
export async function startWorker(
  { script, nodePath }: WorkerProgram,
  listeners: Listeners<EngineEvents> = {},
): Promise<WorkerProcess> {
  const child = fork(script, [], {
    ...(nodePath !== undefined && { execPath: nodePath }),
    // Neither options of this process (inspector port, loaders) nor its environment are meant for the worker.
    execArgv: [],
    env: childEnvironment(),
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    // JSON would turn the NaN of a diverged loss into null.
    serialization: "advanced",
    ...noConsole,
  });
  const death = processDeath(child, "worker");
  const channel = processChannel(child, (listener) => void death.then(({ reason }) => listener(reason)));
  const { call } = connect<EngineCalls, EngineEvents>(channel, {}, listeners);
  const kill = (): void => void child.kill("SIGKILL");
  try {
    await call("hello", { protocolVersion: PROTOCOL_VERSION }, { timeoutMs: HANDSHAKE_TIMEOUT_MS });
  } catch (error) {
    kill();
    throw error;
  }
  const end = async (): Promise<void> => {
    if (child.connected) child.disconnect();
    const overdue = setTimeout(kill, EXIT_TIMEOUT_MS);
    await death;
    clearTimeout(overdue);
  };
  return { pid: child.pid ?? 0, call, death, kill, end };
}
