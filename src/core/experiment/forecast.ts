import type { SideName } from "./sides";
import type { FeatureType } from "../onnx/tapGraph";
import type { PredictedMemory } from "./runEvent";

/** What an extraction will cost, before it starts. */
export interface FeatureForecast {
  readonly taps: readonly { readonly value: string; readonly shape: readonly number[] }[];
  readonly dtype: FeatureType;
  readonly items: number;
  /** Items that are in the cache already, or equal to another. */
  readonly cachedItems: number;
  readonly bytesPerItem: number;
  /** Bytes of all items together. */
  readonly totalBytes: number;
  /** Bytes that have to be written. */
  readonly newBytes: number;
  /** Time of the missing items, from a run on the first of them; 0 when nothing is missing. */
  readonly seconds: number;
  /** Where that was measured: the device that the extraction would run on. */
  readonly device: string;
}

/** How long training takes, measured on the device that it would run on. */
export interface TrainingTiming {
  readonly device: string;
  readonly secondsPerStep: number;
  /** Of all evaluations of a run that does not stop early. */
  readonly evaluationSeconds: number;
}

/** What training one variant will take, told before anything runs. */
export interface TrainingForecast {
  readonly trainableParams: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** Of one step. */
  readonly predictedMemory: PredictedMemory;
  /** Of the checkpoints that one run leaves on disk. */
  readonly checkpointBytes: number;
  /** From running the step and the evaluation themselves. */
  readonly timing?: TrainingTiming;
}

/** What a list of runs will take. */
export interface Forecast {
  readonly features: readonly (FeatureForecast & { readonly modality: SideName })[];
  readonly variants: readonly (TrainingForecast & { readonly name: string })[];
}

/** Runs × time × memory × disk. */
export interface Budget {
  /** Runs to make; those that are finished already cost nothing. */
  readonly runs: number;
  /** All features that are missing. */
  readonly extractSeconds: number;
  /** All runs, as many at a time as there may be; undefined where no step was timed. */
  readonly trainSeconds: number | undefined;
  /** Of the largest run's training step. */
  readonly peakBytes: number;
  /** Of the largest runs at the same time. */
  readonly concurrentPeakBytes: number;
  /** Features to be written. */
  readonly featureBytes: number;
  /** Checkpoints of all runs. */
  readonly checkpointBytes: number;
}

/**
 * Adds a forecast up over the runs to make.
 * @param runs variant of each run; each occurs in the forecast
 * @param concurrency runs at the same time
 */
export function budgetOf({ features, variants }: Forecast, runs: readonly string[], concurrency: number): Budget {
  const byName = new Map(variants.map((variant) => [variant.name, variant]));
  const planned = runs.flatMap((name) => byName.get(name) ?? []);
  const lanes = Math.max(1, Math.min(concurrency, planned.length));
  const peaks = planned.map(({ predictedMemory }) => predictedMemory.peakBytes).toSorted((a, b) => b - a);
  const isTimed = planned.every(({ timing }) => timing !== undefined);
  const seconds = sum(planned.map((run) => secondsOfRun(run) ?? 0));
  return {
    runs: planned.length,
    extractSeconds: sum(features.map((feature) => feature.seconds)),
    trainSeconds: isTimed ? seconds / lanes : undefined,
    peakBytes: peaks[0] ?? 0,
    concurrentPeakBytes: sum(peaks.slice(0, lanes)),
    featureBytes: sum(features.map(({ newBytes }) => newBytes)),
    checkpointBytes: sum(planned.map((run) => run.checkpointBytes)),
  };
}

/** Steps and evaluations of one run, undefined where they were not timed. */
export function secondsOfRun({ epochs, stepsPerEpoch, timing }: TrainingForecast): number | undefined {
  return timing && epochs * stepsPerEpoch * timing.secondsPerStep + timing.evaluationSeconds;
}

/** Where the times of a forecast were measured, each device once. */
export function timedDevices({ features, variants }: Forecast): readonly string[] {
  const used = [...features.filter(({ seconds }) => seconds > 0), ...variants.flatMap(({ timing }) => timing ?? [])];
  return [...new Set(used.map(({ device }) => device))];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
