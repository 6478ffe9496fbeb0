import type { ExperimentConfig } from "../core/experiment/experimentConfig";
import type { PredictedMemory } from "../core/experiment/runEvent";
import { sizeOf } from "../core/graph/tensor";
import { predictStepMemory } from "../core/step/stepMemory";
import type { Placement } from "../protocol/engine";
import type { PairItem } from "./datasets/pairDataset";
import { planExtraction } from "./features/extractionPlan";
import { type FeatureForecast, forecastFeatures } from "./features/forecastFeatures";
import { MASK } from "./features/recordLayout";
import { OrtExecutor } from "./ort/ortExecutor";
import { extractionRequest, type Modality } from "./training/extraction";
import { chooseLayers, type FeatureReader } from "./training/featureReader";
import { readData } from "./training/openTask";
import { trainingSchedule } from "./training/progress";
import { retrievalTask } from "./training/retrievalTask";
import { stepGraphOf, stepOptionsOf } from "./training/stepPrograms";

/** What training one variant will take, told before anything runs. */
export interface TrainingForecast {
  readonly trainableParams: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly predictedMemory: PredictedMemory;
}

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

/** Parameters, steps and predicted memory of training, from the very graph that would run. */
export async function forecastTraining(config: ExperimentConfig, place: Placement): Promise<TrainingForecast> {
  const { items } = await readData(config, place.baseDirectory);
  const image = await plannedReader(config, items, "image", place);
  const text = await plannedReader(config, items, "text", place);
  const task = retrievalTask(config, { items, isUsable: () => true, image, text });
  const { batchSize, epochs } = config.training;
  const schedule = trainingSchedule(task.trainingSampleCount, batchSize, epochs);
  const step = stepGraphOf(task, Math.min(batchSize, schedule.sampleCount), schedule, stepOptionsOf(config));
  const { peakBytes, bytesByKind } = predictStepMemory(step);
  return {
    trainableParams: step.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    epochs,
    stepsPerEpoch: schedule.stepsPerEpoch,
    predictedMemory: { peakBytes, bytesByKind },
  };
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
