import type { ExperimentConfig } from "../../core/experiment/experimentConfig";
import type { RunEvent } from "../../core/experiment/runEvent";
import type { PairDataset } from "../datasets/pairDataset";
import { readPairs } from "../datasets/readPairs";
import type { OrtExecutor } from "../ort/ortExecutor";
import { extractModality } from "./extraction";
import { chooseLayers, featureReader } from "./featureReader";
import { retrievalTask, type RetrievalData } from "./retrievalTask";
import type { TrainingTask } from "./trainingTask";

export interface OpenTaskOptions {
  readonly baseDirectory: string;
  readonly cacheDirectory: string;
  readonly signal: AbortSignal;
}

export interface OpenedTask {
  readonly task: TrainingTask;
  /** What the task is made of. */
  readonly data: RetrievalData;
  /** Closes the feature files. */
  readonly close: () => Promise<void>;
}

/**
 * Reads the data and opens the features of every modality, extracting what the cache lacks.
 * @throws UserError when files are missing or do not fit together, Cancelled between batches
 */
export async function* openTask(
  config: ExperimentConfig,
  executor: OrtExecutor,
  options: OpenTaskOptions,
): AsyncGenerator<RunEvent, OpenedTask> {
  const { items, problems } = await readData(config, options.baseDirectory);
  yield* reportProblems(problems);
  const context = { config, items, executor, ...options };
  const image = yield* extractModality(context, "image", options.signal);
  const text = yield* extractModality(context, "text", options.signal);
  const data: RetrievalData = {
    items,
    isUsable: (item) => image.store.has(item),
    image: chooseLayers(featureReader("image", image.store), config.image.layers),
    text: chooseLayers(featureReader("text", text.store), config.text.layers),
  };
  const close = async (): Promise<void> => {
    await image.store.close();
    await text.store.close();
  };
  return { task: retrievalTask(config, data), data, close };
}

export function readData({ data }: ExperimentConfig, baseDirectory: string): Promise<PairDataset> {
  return readPairs(data, baseDirectory);
}

/** What was left out of the data, and why. */
export function* reportProblems(problems: PairDataset["problems"]): Generator<RunEvent, void> {
  for (const { file, line, message } of problems)
    yield { type: "itemSkipped", item: file, ...(line !== undefined && { line }), reason: message };
}
