import { resolve } from "node:path";
import { cacheDirectoryOf, runsDirectoryOf } from "../../jobs/placement";
import { executeRuns, exitCodeOf, reportFailures } from "../executeRuns";
import type { ExitCode } from "../exitCode";
import { formatDuration } from "../format";
import { watchInterrupt } from "../interrupt";
import { loadExperiment } from "../loadExperiment";
import { type PlannedRun, resumableRuns } from "../../jobs/resumableRuns";
import { resultObject } from "../resultJson";
import { resultTable } from "../resultTable";
import { LiveOutput } from "../terminal";
import type { TrainedRuns } from "../trainAll";

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
    const trained = await executeRuns(runs, runsDirectory, baseDirectory, options, live, interrupt);
    live.print(`Done in ${formatDuration((performance.now() - started) / 1000)}; runs are in ${runsDirectory}`);
    printResults(trained, options.json ?? false);
    return exitCodeOf(trained);
  } finally {
    live.finish();
    interrupt.release();
  }
}

function printResults({ finished, failures }: TrainedRuns, asJson: boolean): void {
  if (finished.length > 0) {
    const table = resultTable(finished.map(({ summary }) => summary));
    (asJson ? process.stderr : process.stdout).write(`\n${table}\n`);
  }
  reportFailures(failures, "continue with --resume");
  if (asJson) process.stdout.write(`${JSON.stringify(resultObject(finished))}\n`);
}
