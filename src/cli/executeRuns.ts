import { Cancelled, UserError } from "../core/errors";
import { cacheDirectoryOf, coreCount, trainingConcurrency } from "../jobs/placement";
import type { PlannedRun } from "../jobs/resumableRuns";
import { WorkerDied } from "../jobs/workerDied";
import { type ExitCode, reportError } from "./exitCode";
import { extractAll } from "./extractAll";
import { plural } from "./format";
import { workerScript } from "./placement";
import type { LiveOutput } from "./terminal";
import { runLabel, trainAll, type TrainedRuns } from "./trainAll";

/** Options of every command that trains. */
export interface WhereToRun {
  readonly device?: string | undefined;
  readonly threads?: number | undefined;
  /** Most runs at a time. */
  readonly jobs?: number | undefined;
}

/** Extracts what is missing and trains what is not finished, each in a process of its own. */
export async function executeRuns(
  runs: readonly PlannedRun[],
  runsDirectory: string,
  baseDirectory: string,
  { device, threads, jobs = coreCount() }: WhereToRun,
  live: LiveOutput,
  { stop, kill }: { readonly stop: AbortSignal; readonly kill: AbortSignal },
): Promise<TrainedRuns> {
  const pending = runs.filter(({ kind }) => kind !== "finished");
  const pool = { script: workerScript(), stop, kill };
  const place = { baseDirectory, cacheDirectory: cacheDirectoryOf(baseDirectory), device, threads };
  for (const run of runs)
    if (run.kind === "new" && run.note) live.print(`${runLabel(run.plan)}: a new run, for ${run.note}`);
  const configs = pending.map(({ plan }) => plan.config);
  const extracted = await extractAll(configs, place, { ...pool, concurrency: jobs }, live);
  const concurrency = trainingConcurrency(extracted, jobs, pending.length);
  return trainAll(runs, runsDirectory, place, { ...pool, concurrency }, live);
}

/**
 * Says which runs failed and why.
 * @param remedy how to go on with those that were stopped
 */
export function reportFailures(failures: TrainedRuns["failures"], remedy: string): void {
  for (const { label, error } of failures) {
    if (error instanceof Cancelled) continue;
    process.stderr.write(`\n${label} failed:\n`);
    reportError(error, process.stderr);
  }
  const resumable = failures.filter(({ error }) => canResume(error)).length;
  if (resumable > 0) process.stderr.write(`${plural(resumable, "run")} did not finish; ${remedy}.\n`);
}

/** Whether the run would get any further the next time: it was stopped, or its process died. */
function canResume(error: unknown): boolean {
  return error instanceof Cancelled || error instanceof WorkerDied;
}

/** Stopped on request before all else; the user's mistake only where every failure is one. */
export function exitCodeOf({ failures }: TrainedRuns): ExitCode {
  if (failures.length === 0) return 0;
  if (failures.some(({ error }) => error instanceof Cancelled)) return 130;
  return failures.every(({ error }) => error instanceof UserError) ? 2 : 1;
}
