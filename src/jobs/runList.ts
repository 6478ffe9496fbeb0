import type { RunEvent } from "../core/experiment/runEvent";
import type { RunPlan } from "../core/experiment/runPlan";
import type { ExtractReply, Placement, TrainReply } from "../protocol/engine";
import type { FeatureSet } from "./featureSets";
import { inLanes } from "./inLanes";
import { supervise } from "./supervise";
import { type EndSignals, runInWorker } from "./runInWorker";
import { WorkPosition } from "./workPosition";
import type { WorkerProcess, WorkerProgram } from "./workerProcess";

/** A run to make, or one to go on with. */
export interface ListedRun {
  readonly plan: RunPlan;
  /** Its directory, where it has one already. */
  readonly resume?: string | undefined;
}

export interface PoolOptions extends WorkerProgram, EndSignals {
  /** Most processes at a time. */
  readonly concurrency: number;
}

/** Follows one piece of work of a list. */
export interface WorkObserver<T> extends EndSignals {
  onEvent?(event: RunEvent): void;
  /** Told the directory of a run, as soon as there is one. */
  onDirectory?(directory: string): void;
  onDone?(reply: T): void;
  /** Told at once why it failed or was not started. */
  onFailure?(error: unknown): void;
  /** Where it is given, a process that died is started again; told before each pause, with the reason as a sentence. */
  onRestart?(reason: string): void;
}

/**
 * Extracts each set of features in a process of its own; what is in the cache already costs nothing.
 * @returns the outcomes in the order of the sets
 */
export function extractSets(
  sets: readonly FeatureSet[],
  place: Placement,
  pool: PoolOptions,
  observe: (index: number) => WorkObserver<ExtractReply>,
): Promise<PromiseSettledResult<ExtractReply>[]> {
  const sharedBy = Math.min(pool.concurrency, sets.length);
  const tasks = sets.map((set, index) => () => {
    const extract = (worker: WorkerProcess): Promise<ExtractReply> =>
      worker.call("extract", { ...place, sharedBy, ...set });
    return doWork(extract, pool, observe(index));
  });
  return inLanes(tasks, pool.concurrency);
}

/**
 * Trains each run in a process of its own, so that memory is measured and given back run by run; one that fails does not keep
 * the others from being trained.
 * @returns the outcomes in the order of the runs
 */
export function trainRuns(
  runs: readonly ListedRun[],
  runsDirectory: string,
  place: Placement,
  pool: PoolOptions,
  observe: (index: number) => WorkObserver<TrainReply>,
): Promise<PromiseSettledResult<TrainReply>[]> {
  const sharedBy = pool.concurrency;
  const tasks = runs.map(({ plan, resume: earlier }, index) => () => {
    let resume = earlier;
    const observer = observe(index);
    const onDirectory = (directory: string): void => {
      // A process that is started again goes on with the directory that the one before had made.
      resume = directory;
      observer.onDirectory?.(directory);
    };
    const train = (worker: WorkerProcess): Promise<TrainReply> =>
      worker.call("train", { ...place, sharedBy, plan, runsDirectory, resume });
    return doWork(train, pool, observer, onDirectory);
  });
  return inLanes(tasks, pool.concurrency);
}

async function doWork<T>(
  run: (worker: WorkerProcess) => Promise<T>,
  pool: PoolOptions,
  observer: WorkObserver<T>,
  onDirectory?: (directory: string) => void,
): Promise<T> {
  const position = new WorkPosition();
  const onEvent = (event: RunEvent): void => {
    position.take(event);
    observer.onEvent?.(event);
  };
  const signals = { stop: anyOf(pool.stop, observer.stop), kill: anyOf(pool.kill, observer.kill) };
  const { script, nodePath } = pool;
  const attempt = (): Promise<T> =>
    runInWorker({ run, onEvent, ...(onDirectory && { onDirectory }) }, { script, nodePath, ...signals });
  try {
    const onRestart = observer.onRestart?.bind(observer);
    const reply = await (onRestart
      ? supervise({ attempt, position: () => position.text, onRestart, ...signals })
      : attempt());
    observer.onDone?.(reply);
    return reply;
  } catch (error) {
    observer.onFailure?.(error);
    throw error;
  }
}

function anyOf(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== undefined));
}
