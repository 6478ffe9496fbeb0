import { Cancelled, RunFailure } from "../core/errors";
import type { RunEvent } from "../core/experiment/runEvent";
import { ChannelClosed } from "../protocol/rpc";
import { inLanes } from "./inLanes";
import { startWorker, type WorkerProcess, type WorkerProgram } from "./workerProcess";

/** Requests to end work. */
export interface EndSignals {
  /** Aborting asks the work under way to stop when convenient and keep what is done, and starts nothing else. */
  readonly stop?: AbortSignal | undefined;
  /** Aborting ends the processes at once. */
  readonly kill?: AbortSignal | undefined;
}

/** A piece of work for a process of its own. */
export interface PoolJob<T> {
  run(worker: WorkerProcess): Promise<T>;
  onEvent?(event: RunEvent): void;
  /** Told the directory of the run, as soon as there is one. */
  onDirectory?(directory: string): void;
  /** Told at once why the job failed or was not started. */
  onFailure?(error: unknown): void;
}

export interface PoolOptions extends WorkerProgram, EndSignals {
  /** Most processes at a time. */
  readonly concurrency: number;
}

export type JobOutcome<T> = PromiseSettledResult<T>;

/**
 * Runs every job in a process of its own, so that memory is measured and given back run by run and a crash takes nothing
 * else along. Settles when all have; outcomes are in the order of the jobs.
 */
export function runJobs<T>(jobs: readonly PoolJob<T>[], options: PoolOptions): Promise<JobOutcome<T>[]> {
  const tasks = jobs.map((job) => async (): Promise<T> => {
    try {
      return await runInWorker(job, options);
    } catch (error) {
      job.onFailure?.(error);
      throw error;
    }
  });
  return inLanes(tasks, options.concurrency);
}

/**
 * Does one piece of work in a process of its own, which is gone when the promise settles.
 * @throws Cancelled when it was stopped; RunFailure when the process died, with {@link ChannelClosed} as cause; else what the
 * work failed with
 */
export async function runInWorker<T>(
  job: PoolJob<T>,
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
    throw new RunFailure(error.message, { cause: error });
  } finally {
    stop?.removeEventListener("abort", onStop);
    kill?.removeEventListener("abort", worker.kill);
    await worker.end();
  }
}
