import type { RunPlan } from "../core/experiment/runPlan";
import type { RunSummary } from "../core/experiment/runSummary";

/** One run of the `--json` object. */
export interface RunResult {
  /** The variant; in the samples variants are named after their method. */
  readonly method: string;
  readonly seed: number;
  readonly metrics: object;
  /** Mean over the test set per layer, low to high; of the image side where both sides have one. */
  readonly confidence?: readonly number[];
  readonly trainableParams: number;
  readonly peakRssBytes: number;
  readonly seconds: { readonly extract: number; readonly train: number };
  readonly device: string;
  readonly directory: string;
}

export interface ResultObject {
  readonly task: string;
  readonly runs: readonly RunResult[];
}

export interface FinishedRun {
  readonly plan: RunPlan;
  readonly summary: RunSummary;
  readonly directory: string;
}

/** What `unipt run --json` and the demo print: one entry per run and seed. */
export function resultObject(runs: readonly FinishedRun[]): ResultObject {
  return {
    task: runs[0]?.plan.config.task ?? "",
    runs: runs.map(({ plan, summary, directory }) => {
      const confidence = confidenceOf(summary);
      return {
        method: plan.variant,
        seed: plan.seed,
        metrics: summary.metrics.test ?? {},
        ...(confidence && { confidence }),
        trainableParams: summary.trainableParams,
        peakRssBytes: summary.peakRssBytes,
        seconds: { extract: summary.secondsByPhase.extract ?? 0, train: summary.secondsByPhase.train ?? 0 },
        device: summary.device,
        directory,
      };
    }),
  };
}

function confidenceOf({ confidence }: RunSummary): number[] | undefined {
  const { image, text } = confidence?.byModality ?? {};
  return (image ?? text)?.map(({ mean }) => mean);
}
