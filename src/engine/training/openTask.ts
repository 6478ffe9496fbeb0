import type { ExperimentConfig } from "../../core/experiment/experimentConfig";
import type { RunEvent } from "../../core/experiment/runEvent";
import { type Side, type SideName, sidesOf } from "../../core/experiment/sides";
import type { DataProblem } from "../datasets/dataset";
import type { FeatureStore } from "../features/featureStore";
import type { OrtExecutor } from "../ort/ortExecutor";
import { type AnyTaskData, readTaskData, type SideInputs } from "../tasks/taskData";
import { type ExtractionContext, extractionRequest, extractSide } from "./extraction";
import { cachedInput } from "./cachedInput";
import { chooseLayers, featureReader, storedLayout } from "./featureReader";
import type { SideInput } from "./sideInput";
import { streamedInput } from "./streamedInput";
import type { TrainingTask } from "./trainingTask";

export interface OpenTaskOptions {
  readonly baseDirectory: string;
  readonly cacheDirectory: string;
  readonly signal: AbortSignal;
}

export interface OpenedTask {
  readonly task: TrainingTask;
  /** What the task is made of. */
  readonly data: AnyTaskData;
  readonly inputs: SideInputs;
  /** Closes the feature files. */
  readonly close: () => Promise<void>;
}

interface OpenedSide {
  readonly input: SideInput;
  /** Of sides that read from the cache. */
  readonly store?: FeatureStore;
}

/**
 * Reads the data and opens the features of every side, extracting what the cache lacks.
 * @throws UserError when files are missing or do not fit together, Cancelled between batches
 */
export async function* openTask(
  config: ExperimentConfig,
  executor: OrtExecutor,
  options: OpenTaskOptions,
): AsyncGenerator<RunEvent, OpenedTask> {
  const data = await readTaskData(config, options.baseDirectory);
  yield* reportProblems(data.problems);
  const context = { config, data, executor, ...options };
  const opened = new Map<SideName, OpenedSide>();
  const close = async (): Promise<void> => {
    for (const { store } of opened.values()) await store?.close();
  };
  try {
    for (const side of sidesOf(config)) opened.set(side.name, yield* openSide(side, context, options.signal));
    const inputs = inputsOf(opened);
    return { task: data.build(inputs), data, inputs, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function* openSide(
  side: Side,
  context: ExtractionContext,
  signal: AbortSignal,
): AsyncGenerator<RunEvent, OpenedSide> {
  if (context.config.features.mode === "streamed") {
    const request = await extractionRequest(context, side.name);
    return { input: streamedInput({ ...request, side, dtype: "float32" }) };
  }
  const { store } = yield* extractSide(context, side.name, signal);
  return { input: cachedInput(chooseLayers(featureReader(storedLayout(side, store.layout), store), side)), store };
}

function inputsOf(opened: ReadonlyMap<SideName, OpenedSide>): SideInputs {
  const side = (name: SideName): OpenedSide => {
    const found = opened.get(name);
    if (!found) throw new RangeError(`No side "${name}" was opened.`);
    return found;
  };
  return { of: (name) => side(name).input, has: (name, item) => side(name).store?.has(item) ?? true };
}

/** What was left out of the data, and why. */
export function* reportProblems(problems: readonly DataProblem[]): Generator<RunEvent, void> {
  for (const { file, line, message } of problems)
    yield { type: "itemSkipped", item: file, ...(line !== undefined && { line }), reason: message };
}
