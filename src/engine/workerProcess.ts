import { type ChildProcess, fork } from "node:child_process";
import { type EngineCalls, type EngineEvents, PROTOCOL_VERSION } from "../protocol/engine";
import { processChannel } from "../protocol/processChannel";
import { connect, type Listeners, type Nothing, type Peer } from "../protocol/rpc";

/** A started worker answers within this time, or it is given up. */
const HANDSHAKE_TIMEOUT_MS = 20_000;

/** An idle worker that was told to end is killed after this time. */
const EXIT_TIMEOUT_MS = 5_000;

/** So much of what a worker wrote to stderr is kept to explain its death. */
const STDERR_TAIL_CHARACTERS = 4000;

export interface WorkerProcess {
  readonly pid: number;
  readonly call: Peer<EngineCalls, Nothing>["call"];
  /** Resolves when the process is gone, with the reason as a sentence. */
  readonly closed: Promise<string>;
  /** Ends it at once; pending calls reject. */
  readonly kill: () => void;
  /** Lets it end by itself, which an idle worker does at once; one that does not is killed. */
  end(): Promise<void>;
}

/**
 * Starts a worker: tensors and native code live there, this process sees events and summaries only.
 * @param script path of the bundled `worker.js`
 * @throws Error when the process cannot start or does not answer.
 */
export async function startWorker(script: string, listeners: Listeners<EngineEvents> = {}): Promise<WorkerProcess> {
  const child = fork(script, [], {
    // Options of this process (inspector port, loaders) are not meant for the worker.
    execArgv: [],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    // JSON would turn the NaN of a diverged loss into null.
    serialization: "advanced",
  });
  const closed = reasonOfDeath(child);
  const channel = processChannel(child, (listener) => void closed.then(listener));
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
    await closed;
    clearTimeout(overdue);
  };
  return { pid: child.pid ?? 0, call, closed, kill, end };
}

function reasonOfDeath(child: ChildProcess): Promise<string> {
  let tail = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    tail = (tail + text).slice(-STDERR_TAIL_CHARACTERS);
  });
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(`The worker process could not be started: ${error.message}.`));
    // The event "close" does not come once we have disconnected, so the end of stderr is waited for here.
    child.once("exit", (code, signal) => {
      const settle = (): void => resolve(describeExit(code, signal, tail));
      if (!child.stderr || child.stderr.destroyed) settle();
      else child.stderr.once("close", settle);
    });
  });
}

function describeExit(code: number | null, signal: NodeJS.Signals | null, stderr: string): string {
  if (/JavaScript heap out of memory/.test(stderr)) return "The worker process ran out of JavaScript memory.";
  if (signal === "SIGKILL")
    return "The worker process was killed (SIGKILL); if you did not do that, the system ran out of memory: use a smaller batchSize or fewer --jobs.";
  const lines = stderr.trim().split("\n").slice(-12).join("\n");
  const said = lines === "" ? "." : `:\n${lines}`;
  if (signal) return `The worker process crashed (${signal})${said}`;
  return code === 0 ? "The worker process ended." : `The worker process ended with exit code ${code ?? "?"}${said}`;
}
