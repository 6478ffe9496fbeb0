import { Cancelled, RunFailure } from "../core/errors";
import type { RunEvent } from "../core/experiment/runEvent";
import { ChannelClosed } from "../protocol/rpc";
import { startWorker, type WorkerProcess } from "./workerProcess";

/** A piece of work for a process of its own. */
export interface PoolJob<T> {
  run(worker: WorkerProcess): Promise<T>;
  onEvent?(event: RunEvent): void;
  /** Told at once why the job failed or was not started. */
  onFailure?(error: unknown): void;
}

export interface PoolOptions {
  /** Path of the bundled `worker.js`. */
  readonly script: string;
  /** Most processes at a time. */
  readonly concurrency: number;
  /** Aborting asks the jobs under way to stop, and starts no others. */
  readonly stop?: AbortSignal | undefined;
  /** Aborting ends the processes at once. */
  readonly kill?: AbortSignal | undefined;
}

export type JobOutcome<T> = PromiseSettledResult<T>;

/**
 * Runs every job in a process of its own, so that memory is measured and given back run by run and a crash takes nothing
 * else along. Settles when all have; outcomes are in the order of the jobs.
 */
export async function runJobs<T>(jobs: readonly PoolJob<T>[], options: PoolOptions): Promise<JobOutcome<T>[]> {
  const outcomes: JobOutcome<T>[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < jobs.length; index = next++) {
      const job = jobs[index];
      if (!job) continue;
      const [outcome] = await Promise.allSettled([runJob(job, options)]);
      if (outcome.status === "rejected") job.onFailure?.(outcome.reason);
      outcomes[index] = outcome;
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.concurrency, jobs.length) }, lane));
  return outcomes;
}

async function runJob<T>(job: PoolJob<T>, { script, stop, kill }: PoolOptions): Promise<T> {
  if (stop?.aborted || kill?.aborted) throw new Cancelled("Not started, because the run was stopped.");
  const worker = await startWorker(script, { runEvent: (event) => job.onEvent?.(event) });
  // The request to stop may cross the end of the work: its failure changes nothing.
  const onStop = (): void => void worker.call("stop", {}).catch(() => undefined);
  stop?.addEventListener("abort", onStop);
  kill?.addEventListener("abort", worker.kill);
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
