import { readFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { UserError } from "../../core/errors";
import { ablationBase } from "../../core/experiment/ablation/ablationBase";
import type { AxisRequest } from "../../core/experiment/ablation/axis";
import { type SideName, sideOf } from "../../core/experiment/sides";
import { parseAxis, parseSetting } from "../../core/experiment/ablation/parseAxis";
import { type AblationPlan, planAblation } from "../../core/experiment/ablation/planAblation";
import { statesToFind, tappedStates } from "../../core/experiment/ablation/tappedStates";
import type { ExperimentConfig } from "../../core/experiment/experimentConfig";
import { type Budget, budgetOf, type Forecast } from "../../core/experiment/forecast";
import { flattenMetrics } from "../../core/experiment/flattenMetrics";
import { quoteAll } from "../../core/experiment/describeSchema";
import { ablationTable, type AblationTable } from "../../core/views/ablationTable";
import { ablationCells, type AblationFormat, ablationLatex, ablationMarkdown } from "../../core/views/ablationText";
import { forecastRequest } from "../../jobs/forecastRequest";
import { cacheDirectoryOf, coreCount, runsDirectoryOf } from "../../jobs/placement";
import { type PlannedRun, resumableRuns } from "../../jobs/resumableRuns";
import { budgetText } from "../ablationBudget";
import { executeRuns, exitCodeOf, reportFailures, type WhereToRun } from "../executeRuns";
import type { ExitCode } from "../exitCode";
import { formatDuration } from "../format";
import { type Interrupt, watchInterrupt } from "../interrupt";
import { oneJob } from "../oneJob";
import { renderTable } from "../table";
import { LiveOutput } from "../terminal";

export interface AblateOptions extends WhereToRun {
  readonly file: string;
  readonly axis?: readonly string[];
  readonly set?: readonly string[];
  readonly grid?: boolean;
  readonly seeds?: readonly number[];
  readonly variant?: string;
  readonly metric?: string;
  readonly runs?: string;
  readonly format: AblationFormat;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly yes?: boolean;
}

/** Trains an experiment under one change at a time (or all combinations), and prints what each change makes of it. */
export async function ablateCommand(options: AblateOptions): Promise<ExitCode> {
  const path = resolve(options.file);
  const baseDirectory = dirname(path);
  const runsDirectory = options.runs === undefined ? runsDirectoryOf(baseDirectory) : resolve(options.runs);
  const live = new LiveOutput(process.stderr);
  const interrupt = watchInterrupt(live);
  const started = performance.now();
  try {
    const plan = await planOf(path, baseDirectory, options, interrupt);
    const runs = await resumableRuns(plan.plans, runsDirectory);
    const { forecast, budget } = await forecastRuns(runs, baseDirectory, options, interrupt);
    if (options.dryRun && asJson(options)) {
      process.stdout.write(`${JSON.stringify(plannedObject(plan, runs, forecast, budget))}\n`);
      return 0;
    }
    const preview = `${budgetText(plan, runs, forecast, budget)}\n`;
    if (options.dryRun) {
      process.stdout.write(preview);
      return 0;
    }
    process.stderr.write(`${preview}\n`);
    if (budget.runs > 0 && !(await isWanted(options, interrupt))) {
      process.stderr.write("Nothing was started.\n");
      return 130;
    }
    const trained = await executeRuns(runs, runsDirectory, baseDirectory, options, live, interrupt);
    live.print(`Done in ${formatDuration((performance.now() - started) / 1000)}; runs are in ${runsDirectory}`);
    const summaries = trained.finished.map(({ summary }) => summary);
    const metric = metricOf(
      options.metric,
      plan.cells[0].config,
      Object.keys(flattenMetrics(summaries[0]?.metrics.test ?? {})),
    );
    const table = ablationTable(plan.cells, summaries, metric);
    if (summaries.length > 0) printTable(table, options);
    reportFailures(trained.failures, "call the same command again to go on");
    return exitCodeOf(trained);
  } finally {
    live.finish();
    interrupt.release();
  }
}

async function planOf(
  path: string,
  baseDirectory: string,
  options: AblateOptions,
  interrupt: Interrupt,
): Promise<AblationPlan> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new UserError(`The experiment file "${options.file}" cannot be read; check the path.`, { cause });
  });
  const base = ablationBase(text, relative(process.cwd(), path) || options.file, options.variant);
  const axes: AxisRequest[] = [...(options.axis ?? []).map(parseAxis), ...(options.set ?? []).map(parseSetting)];
  const found: Partial<Record<SideName, readonly string[]>> = {};
  for (const side of statesToFind(base.config, axes)) {
    const model = resolve(baseDirectory, sideOf(base.config, side).backbone.model);
    const { hiddenStates } = await oneJob({ run: (worker) => worker.call("inspect", { path: model }) }, interrupt);
    found[side] = hiddenStates.map(({ value }) => value);
  }
  return planAblation({
    base,
    axes,
    states: tappedStates(base.config, found),
    isGrid: options.grid,
    seeds: options.seeds,
  });
}

/** Asks a worker what the unfinished runs will take. */
async function forecastRuns(
  runs: readonly PlannedRun[],
  baseDirectory: string,
  { device, threads, jobs = coreCount() }: AblateOptions,
  interrupt: Interrupt,
): Promise<{ forecast: Forecast; budget: Budget }> {
  const pending = runs.filter(({ kind }) => kind !== "finished").map(({ plan }) => plan);
  const place = { baseDirectory, cacheDirectory: cacheDirectoryOf(baseDirectory), device, threads };
  const request = forecastRequest(pending, place, jobs);
  const forecast =
    pending.length === 0
      ? { features: [], variants: [] }
      : await oneJob({ run: (worker) => worker.call("forecast", request) }, interrupt);
  const variants = pending.map(({ variant }) => variant);
  return { forecast, budget: budgetOf(forecast, variants, jobs) };
}

function plannedObject(
  { cells, notes }: AblationPlan,
  runs: readonly PlannedRun[],
  forecast: Forecast,
  budget: Budget,
): object {
  return {
    cells: cells.map(({ name, changes }) => ({ name, changes })),
    notes,
    runs: runs.map(({ plan, kind }) => ({ cell: plan.variant, seed: plan.seed, state: kind })),
    ...forecast,
    budget,
  };
}

/** Asks only somebody who can answer. */
async function isWanted({ yes = false }: AblateOptions, { stop }: Interrupt): Promise<boolean> {
  if (yes || !process.stdin.isTTY || !process.stderr.isTTY) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question("Start? [Y/n] ", { signal: stop });
    return /^(y|yes|)$/i.test(answer.trim());
  } catch {
    return false;
  } finally {
    terminal.close();
  }
}

/** @throws UserError for a metric that the runs do not have */
function metricOf(asked: string | undefined, { training }: ExperimentConfig, known: readonly string[]): string {
  if (asked === undefined || known.length === 0 || known.includes(asked)) return asked ?? training.selectBy;
  throw new UserError(`There is no metric "${asked}"; use one of ${quoteAll(known)}.`);
}

function asJson({ json, format }: AblateOptions): boolean {
  return json === true || format === "json";
}

function printTable(table: AblationTable, options: AblateOptions): void {
  const { heading, rows, note } = ablationCells(table);
  const text = `\n${renderTable(heading, rows)}\n\n${note}\n`;
  if (asJson(options)) {
    process.stderr.write(text);
    process.stdout.write(`${JSON.stringify(table)}\n`);
  } else if (options.format === "markdown") process.stdout.write(`${ablationMarkdown(table)}\n`);
  else if (options.format === "latex") process.stdout.write(`${ablationLatex(table)}\n`);
  else process.stdout.write(text);
}
