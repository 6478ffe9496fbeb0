import type { ExperimentConfig } from "../core/experiment/experimentConfig";
import type { FeatureForecast, Forecast, TrainingForecast } from "../core/experiment/forecast";
import { sizeOf } from "../core/graph/tensor";
import { predictStepMemory } from "../core/step/stepMemory";
import type { ForecastRequest, Placement } from "../protocol/engine";
import type { PairItem } from "./datasets/pairDataset";
import { planExtraction } from "./features/extractionPlan";
import { forecastFeatures } from "./features/forecastFeatures";
import { MASK } from "./features/recordLayout";
import { OrtExecutor } from "./ort/ortExecutor";
import { extractionRequest, type Modality } from "./training/extraction";
import { chooseLayers, type FeatureReader } from "./training/featureReader";
import { readData } from "./training/openTask";
import { trainingSchedule } from "./training/progress";
import { retrievalTask } from "./training/retrievalTask";
import { initialState, stepGraphOf, stepOptionsOf } from "./training/stepPrograms";
import type { StepGraph } from "../core/step/stepGraph";
import { secondsPerStep } from "./training/secondsPerStep";

/**
 * Size and time of extracting one modality; the time is measured on one batch.
 * @throws UserError when files are missing or do not fit together
 */
export async function forecastExtraction(
  config: ExperimentConfig,
  modality: Modality,
  place: Placement,
): Promise<FeatureForecast> {
  const { items } = await readData(config, place.baseDirectory);
  return forecastFeatures(await extractionRequest({ ...place, config, items, executor: executorOf(place) }, modality));
}

/** Parameters, steps and predicted memory of training, from the very graph that would run; its time by running it, if asked for. */
export async function forecastTraining(
  config: ExperimentConfig,
  place: Placement,
  { isTimed = false }: { readonly isTimed?: boolean } = {},
): Promise<TrainingForecast> {
  const { items } = await readData(config, place.baseDirectory);
  const image = await plannedReader(config, items, "image", place);
  const text = await plannedReader(config, items, "text", place);
  const task = retrievalTask(config, { items, isUsable: () => true, image, text });
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
    ...(isTimed && { secondsPerStep: await secondsPerStep(step, config, place) }),
  };
}

/** The two checkpoints that a run keeps: everything that a step reads and writes, and the best parameters. */
function checkpointBytes(step: StepGraph, trainableParams: number): number {
  const state = Object.values(initialState(step, 0)).reduce((sum, { data }) => sum + data.byteLength, 0);
  return state + trainableParams * Float32Array.BYTES_PER_ELEMENT;
}

/**
 * What a list of runs will take, told before any of them starts: features that are missing, and each variant's training. The
 * step that is timed runs where the runs would, the batch of an extraction on the CPU.
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

/** Features of which only the shapes are known. */
async function plannedReader(
  config: ExperimentConfig,
  items: readonly PairItem[],
  modality: Modality,
  place: Placement,
): Promise<FeatureReader> {
  const request = await extractionRequest({ ...place, config, items, executor: executorOf(place) }, modality);
  const { layout } = await planExtraction(request, await request.cache.fingerprints());
  const [first] = layout.tensors;
  const planned: FeatureReader = {
    modality,
    layers: layout.tensors.filter(({ name }) => name !== MASK),
    maskLength: first?.name === MASK ? first.shape[0] : undefined,
    read: () => Promise.reject(new Error("These features are only planned.")),
  };
  return chooseLayers(planned, config[modality].layers);
}

/** Forecasts are made on the CPU: what they tell does not depend on the device. */
function executorOf({ threads }: Placement): OrtExecutor {
  return new OrtExecutor({ device: "cpu", ...(threads !== undefined && { threads }) });
}
