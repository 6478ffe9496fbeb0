import { resolve } from "node:path";
import { Cancelled, UserError } from "../../core/errors";
import { cacheDirectoryOf, coreCount, runsDirectoryOf, trainingConcurrency } from "../../jobs/placement";
import { WorkerDied } from "../../jobs/workerDied";
import { type ExitCode, reportError } from "../exitCode";
import { extractAll } from "../extractAll";
import { formatDuration, plural } from "../format";
import { watchInterrupt } from "../interrupt";
import { loadExperiment } from "../loadExperiment";
import { workerScript } from "../placement";
import { type PlannedRun, resumableRuns } from "../../jobs/resumableRuns";
import { resultObject } from "../resultJson";
import { resultTable } from "../resultTable";
import { LiveOutput } from "../terminal";
import { type TrainedRuns, runLabel, trainAll } from "../trainAll";

export interface RunOptions {
  readonly file: string;
  readonly variant?: readonly string[];
  readonly seed?: readonly number[];
  readonly quick?: boolean;
  readonly resume?: boolean;
  readonly device?: string;
  readonly threads?: number;
  readonly jobs?: number;
  readonly runs?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** Extracts what the runs need, trains them in processes of their own, and prints the table of results. */
export async function runCommand(options: RunOptions): Promise<ExitCode> {
  const { baseDirectory, plans } = await loadExperiment(options.file, options);
  const runsDirectory = options.runs === undefined ? runsDirectoryOf(baseDirectory) : resolve(options.runs);
  const runs: readonly PlannedRun[] = options.resume
    ? await resumableRuns(plans, runsDirectory)
    : plans.map((plan) => ({ plan, kind: "new" as const }));
  if (options.dryRun) {
    const { device, threads } = options;
    const place = { baseDirectory, cacheDirectory: cacheDirectoryOf(baseDirectory), device, threads };
    const { planReport } = await import("../planReport");
    process.stdout.write(`${await planReport(runs, place, options.json ?? false)}\n`);
    return 0;
  }
  const live = new LiveOutput(process.stderr);
  const interrupt = watchInterrupt(live);
  const started = performance.now();
  try {
    const trained = await execute(runs, runsDirectory, baseDirectory, options, live, interrupt);
    live.print(`Done in ${formatDuration((performance.now() - started) / 1000)}; runs are in ${runsDirectory}`);
    printResults(trained, options.json ?? false);
    return exitCode(trained);
  } finally {
    live.finish();
    interrupt.release();
  }
}

async function execute(
  runs: readonly PlannedRun[],
  runsDirectory: string,
  baseDirectory: string,
  { device, threads, jobs = coreCount() }: RunOptions,
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

function printResults({ finished, failures }: TrainedRuns, asJson: boolean): void {
  if (finished.length > 0) {
    const table = resultTable(finished.map(({ summary }) => summary));
    (asJson ? process.stderr : process.stdout).write(`\n${table}\n`);
  }
  for (const { label, error } of failures) {
    if (error instanceof Cancelled) continue;
    process.stderr.write(`\n${label} failed:\n`);
    reportError(error, process.stderr);
  }
  const resumable = failures.filter(({ error }) => canResume(error)).length;
  if (resumable > 0) process.stderr.write(`${plural(resumable, "run")} did not finish; continue with --resume.\n`);
  if (asJson) process.stdout.write(`${JSON.stringify(resultObject(finished))}\n`);
}

/** Whether the run would get any further the next time: it was stopped, or its process died. */
function canResume(error: unknown): boolean {
  return error instanceof Cancelled || error instanceof WorkerDied;
}

/** Stopped on request before all else; the user's mistake only where every failure is one. */
function exitCode({ failures }: TrainedRuns): ExitCode {
  if (failures.length === 0) return 0;
  if (failures.some(({ error }) => error instanceof Cancelled)) return 130;
  return failures.every(({ error }) => error instanceof UserError) ? 2 : 1;
}
