import { Cancelled } from "../core/errors";
import type { RunEvent } from "../core/experiment/runEvent";
import { ChannelClosed } from "../protocol/rpc";
import { WorkerDied } from "./workerDied";
import { startWorker, type WorkerProcess, type WorkerProgram } from "./workerProcess";

/** Requests to end work. */
export interface EndSignals {
  /** Aborting asks the work under way to stop when convenient and keep what is done, and starts nothing else. */
  readonly stop?: AbortSignal | undefined;
  /** Aborting ends the processes at once. */
  readonly kill?: AbortSignal | undefined;
}

/** A piece of work for a process of its own. */
export interface WorkerJob<T> {
  run(worker: WorkerProcess): Promise<T>;
  onEvent?(event: RunEvent): void;
  /** Told the directory of the run, as soon as there is one. */
  onDirectory?(directory: string): void;
}

/**
 * Does one piece of work in a process of its own, which is gone when the promise settles.
 * @throws Cancelled when it was stopped; WorkerDied when the process died; else what the work failed with
 */
export async function runInWorker<T>(
  job: WorkerJob<T>,
  { stop, kill, ...program }: WorkerProgram & EndSignals,
): Promise<T> {
  if (stop?.aborted || kill?.aborted) throw new Cancelled("Not started, because the run was stopped.");
  const worker = await startWorker(program, {
    runEvent: (event) => job.onEvent?.(event),
    runDirectory: (directory) => job.onDirectory?.(directory),
  });
  // The request to stop may cross the end of the work: its failure changes nothing.
  const onStop = (): void => void worker.call("stop", {}).catch(() => undefined);
  stop?.addEventListener("abort", onStop);
  kill?.addEventListener("abort", worker.kill);
  // What was asked for while the process started.
  if (kill?.aborted) worker.kill();
  else if (stop?.aborted) onStop();
  try {
    return await job.run(worker);
  } catch (error) {
    if (!(error instanceof ChannelClosed)) throw error;
    if (kill?.aborted) throw new Cancelled("The worker process was ended on request.", { cause: error });
    throw new WorkerDied(await worker.death, { cause: error });
  } finally {
    stop?.removeEventListener("abort", onStop);
    kill?.removeEventListener("abort", worker.kill);
    await worker.end();
  }
}
