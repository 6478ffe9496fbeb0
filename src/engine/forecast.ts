import type { ExperimentConfig } from "../core/experiment/experimentConfig";
import { type Side, type SideName, sidesOf } from "../core/experiment/sides";
import type { FeatureForecast, Forecast, TrainingForecast } from "../core/experiment/forecast";
import { sizeOf } from "../core/graph/tensor";
import { predictStepMemory } from "../core/step/stepMemory";
import type { ForecastRequest, Placement } from "../protocol/engine";
import { planExtraction } from "./features/extractionPlan";
import { forecastFeatures } from "./features/forecastFeatures";
import { OrtExecutor } from "./ort/ortExecutor";
import { type AnyTaskData, readTaskData } from "./tasks/taskData";
import { extractionRequest } from "./training/extraction";
import { cachedInput } from "./training/cachedInput";
import { chooseLayers, storedLayout } from "./training/featureReader";
import type { SideInput } from "./training/sideInput";
import { streamedInput } from "./training/streamedInput";
import { trainingSchedule } from "./training/progress";
import { initialState, stepGraphOf, stepOptionsOf } from "./training/stepPrograms";
import type { StepGraph } from "../core/step/stepGraph";
import { chooseExecutor } from "./training/chooseExecutor";
import { timeTraining } from "./training/timeTraining";

/**
 * Size and time of extracting one modality, on the device that would extract: features of other devices are others. The time
 * is measured on one batch.
 * @throws UserError when files are missing or do not fit together, or the experiment's device does not run here
 */
export async function forecastExtraction(
  config: ExperimentConfig,
  modality: SideName,
  place: Placement,
): Promise<FeatureForecast> {
  const data = await readTaskData(config, place.baseDirectory);
  const { executor } = await chooseExecutor(config, place);
  return forecastFeatures(await extractionRequest({ ...place, config, data, executor }, modality));
}

/** Parameters, steps and predicted memory of training, from the very graph that would run; its time by running it, if asked for. */
export async function forecastTraining(
  config: ExperimentConfig,
  place: Placement,
  { isTimed = false }: { readonly isTimed?: boolean } = {},
): Promise<TrainingForecast> {
  const data = await readTaskData(config, place.baseDirectory);
  const inputs = new Map<SideName, SideInput>();
  for (const side of sidesOf(config)) inputs.set(side.name, await plannedInput(config, data, side, place));
  const task = data.build({ of: (name) => inputs.get(name) as SideInput, has: () => true });
  const { batchSize, epochs } = config.training;
  const schedule = trainingSchedule(task.trainingSampleCount, batchSize, epochs);
  const step = stepGraphOf(task, Math.min(batchSize, schedule.sampleCount), schedule, stepOptionsOf(config));
  const { peakBytes, bytesByKind } = predictStepMemory(step);
  const trainableParams = step.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return {
    trainableParams,
    epochs,
    stepsPerEpoch: schedule.stepsPerEpoch,
    predictedMemory: { peakBytes, bytesByKind },
    checkpointBytes: checkpointBytes(step, trainableParams),
    ...(isTimed && { timing: await timeTraining(task, step, config, place) }),
  };
}

/** The two checkpoints that a run keeps: everything that a step reads and writes, and the best parameters. */
function checkpointBytes(step: StepGraph, trainableParams: number): number {
  const state = Object.values(initialState(step, 0)).reduce((sum, { data }) => sum + data.byteLength, 0);
  return state + trainableParams * Float32Array.BYTES_PER_ELEMENT;
}

/**
 * What a list of runs will take, told before any of them starts: features that are missing, and each variant's training.
 * What is timed runs where the runs would.
 * @throws UserError when files are missing or do not fit together
 */
export async function forecast({ sets, variants, ...place }: ForecastRequest): Promise<Forecast> {
  const features = [];
  for (const { modality, config } of sets)
    features.push({ modality, ...(await forecastExtraction(config, modality, place)) });
  const trainings = [];
  for (const { name, config } of variants)
    trainings.push({ name, ...(await forecastTraining(config, place, { isTimed: true })) });
  return { features, variants: trainings };
}

/** A side of whose features only the shapes are known. */
async function plannedInput(
  config: ExperimentConfig,
  data: AnyTaskData,
  side: Side,
  place: Placement,
): Promise<SideInput> {
  const request = await extractionRequest({ ...place, config, data, executor: executorOf(place) }, side.name);
  if (config.features.mode === "streamed") return streamedInput({ ...request, side, dtype: "float32" });
  const { layout } = await planExtraction(request, await request.cache.fingerprints());
  const read = (): Promise<never> => Promise.reject(new Error("These features are only planned."));
  return cachedInput(chooseLayers({ ...storedLayout(side, layout), read }, side));
}

/** Shapes do not depend on the device. */
function executorOf({ threads }: Placement): OrtExecutor {
  return new OrtExecutor({ device: "cpu", ...(threads !== undefined && { threads }) });
}
