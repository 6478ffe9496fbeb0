import type { FeatureForecast, TrainingForecast } from "../core/experiment/forecast";
import { forecastExtraction, forecastTraining } from "../engine/forecast";
import type { Placement } from "../protocol/engine";
import { type FeatureSet, featureSets } from "../jobs/featureSets";
import { formatBytes, formatCount, formatDuration, plural } from "./format";
import type { PlannedRun } from "../jobs/resumableRuns";
import { renderTable } from "./table";

export interface ForecastedJob extends FeatureSet {
  readonly forecast: FeatureForecast;
}

export async function forecastJobs(jobs: readonly FeatureSet[], place: Placement): Promise<ForecastedJob[]> {
  const forecasts: ForecastedJob[] = [];
  for (const job of jobs)
    forecasts.push({ ...job, forecast: await forecastExtraction(job.config, job.modality, place) });
  return forecasts;
}

/** Features to extract, one row per modality: what is there, what is missing, what it will cost. */
export function forecastTable(forecasts: readonly ForecastedJob[]): string {
  return renderTable(
    ["features", "items", "in the cache", "each", "all", "to write", "time"],
    forecasts.map(({ modality, forecast }) => [
      modality,
      formatCount(forecast.items),
      formatCount(forecast.cachedItems),
      formatBytes(forecast.bytesPerItem),
      formatBytes(forecast.totalBytes),
      formatBytes(forecast.newBytes),
      formatDuration(forecast.seconds),
    ]),
  );
}

/** What `unipt run --dry-run` says: nothing is extracted, trained or written. */
export async function planReport(runs: readonly PlannedRun[], place: Placement, asJson: boolean): Promise<string> {
  const jobs = featureSets(runs.filter(({ kind }) => kind !== "finished").map(({ plan }) => plan.config));
  const features = await forecastJobs(jobs, place);
  const variants = new Map<string, TrainingForecast>();
  for (const { plan } of runs)
    if (!variants.has(plan.variant)) variants.set(plan.variant, await forecastTraining(plan.config, place));
  if (asJson)
    return JSON.stringify({
      runs: runs.map(({ plan, kind }) => ({ variant: plan.variant, seed: plan.seed, state: kind })),
      features: features.map(({ modality, forecast }) => ({ modality, ...forecast })),
      variants: Object.fromEntries(variants),
    });
  const rows = [...variants].map(([variant, { trainableParams, epochs, stepsPerEpoch, predictedMemory }]) => {
    const own = runs.filter(({ plan }) => plan.variant === variant);
    const states = (["new", "resume", "finished"] as const).flatMap((kind) => {
      const count = own.filter((run) => run.kind === kind).length;
      return count === 0 ? [] : [`${count} ${kind}`];
    });
    const steps = `${epochs} × ${stepsPerEpoch}`;
    return [variant, states.join(", "), formatCount(trainableParams), steps, formatBytes(predictedMemory.peakBytes)];
  });
  return [
    `${plural(runs.length, "run")}; nothing is done with --dry-run.`,
    "",
    ...(features.length === 0 ? [] : [forecastTable(features), ""]),
    renderTable(["variant", "runs", "params", "epochs × steps", "predicted memory"], rows),
    "",
    "predicted memory: of one training step, without the program itself and the runtime.",
  ].join("\n");
}
