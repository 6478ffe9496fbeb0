import { Cancelled } from "../core/errors";
import { type PoolOptions, trainRuns } from "../jobs/runList";
import { flattenMetrics } from "../core/experiment/flattenMetrics";
import type { RunPlan } from "../core/experiment/runPlan";
import type { Placement, TrainReply } from "../protocol/engine";
import { formatBytes, formatDuration } from "./format";
import type { PlannedRun } from "../jobs/resumableRuns";
import type { FinishedRun } from "./resultJson";
import { RunBoard } from "./runBoard";
import type { LiveOutput } from "./terminal";

export interface TrainedRuns {
  /** In the order of the plans. */
  readonly finished: readonly FinishedRun[];
  readonly failures: readonly { readonly label: string; readonly error: unknown }[];
}

export function runLabel({ variant, seed }: RunPlan): string {
  return `${variant} seed ${seed}`;
}

/** Trains every run that is not finished, each in a process of its own; one that fails does not stop the others. */
export async function trainAll(
  runs: readonly PlannedRun[],
  runsDirectory: string,
  place: Placement,
  pool: PoolOptions,
  live: LiveOutput,
): Promise<TrainedRuns> {
  const pending = runs.filter((run) => run.kind !== "finished");
  const metric = pending[0]?.plan.config.training.selectBy;
  const labels = pending.map(({ plan }) => runLabel(plan));
  const board = new RunBoard(live, labels, metric);
  const listed = pending.map((run) => ({ plan: run.plan, resume: run.kind === "resume" ? run.directory : undefined }));
  const outcomes = await trainRuns(listed, runsDirectory, place, pool, (index) => {
    const label = labels[index] ?? "run";
    return {
      onEvent: (event) => board.take(label, event),
      onDone: (reply) => board.finish(label, describe(reply, metric)),
      onFailure: (error) => board.finish(label, error instanceof Cancelled ? "stopped" : `failed: ${firstLine(error)}`),
    };
  });
  board.close();
  const replies = new Map<PlannedRun | undefined, (typeof outcomes)[number]>(
    outcomes.map((outcome, index) => [pending[index], outcome]),
  );
  const finished: FinishedRun[] = [];
  const failures: { label: string; error: unknown }[] = [];
  for (const run of runs) {
    const outcome = replies.get(run);
    if (run.kind === "finished") finished.push(run);
    else if (outcome?.status === "fulfilled") finished.push({ plan: run.plan, ...outcome.value });
    else if (outcome) failures.push({ label: runLabel(run.plan), error: outcome.reason });
  }
  return { finished, failures };
}

function describe({ summary }: TrainReply, metric = "rSum"): string {
  const { secondsByPhase, metrics, peakRssBytes } = summary;
  const value = flattenMetrics(metrics.test ?? {})[metric];
  const result = value === undefined ? "" : `  test ${metric} ${value.toFixed(1)}`;
  return `${formatDuration(secondsByPhase.train ?? 0)}  ${formatBytes(peakRssBytes)}${result}`;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}
