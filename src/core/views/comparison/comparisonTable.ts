import { pairedBySeed, pairedPermutationTest } from "../../experiment/permutationTest";
import type { Split } from "../../experiment/runEvent";
import { estimate } from "../../experiment/statistics";
import type { ComparedRun } from "./comparedRun";
import type { ComparisonGroup } from "./comparisonGroups";
import { allSettings, differingCircumstances, differingSettings, isLowerBetter } from "./comparisonGroups";

/** Fewer seeds than this say little about a difference. */
export const fewSeeds = 3;

export type ColumnKind =
  | "setting"
  | "circumstance"
  | "count"
  | "metric"
  | "interval"
  | "difference"
  | "pValue"
  | "params"
  | "bytes"
  | "seconds";

export interface ComparisonColumn {
  /** Tells columns apart: `metric:rSum`. */
  readonly id: string;
  readonly kind: ColumnKind;
  /** Setting's path, metric's dotted name, or what the page has a word for. */
  readonly name: string;
}

/** A figure or a word; nothing where there is none (yet). */
export interface ComparisonCell {
  readonly value?: number | string;
  /** Sample standard deviation over seeds. */
  readonly sd?: number;
  /** 95 % confidence interval from Student's t. */
  readonly interval?: readonly [number, number];
  /** Seeds that a comparison with the baseline pairs. */
  readonly pairs?: number;
  /** Seeds that there are, beside those that have a value of the main metric. */
  readonly outOf?: number;
  /** Whether no other group has a better mean. */
  readonly isBest?: boolean;
  /** The members of the group do not agree. */
  readonly isVarying?: boolean;
}

export interface GroupRow {
  readonly group: ComparisonGroup;
  /** One per column. */
  readonly cells: readonly ComparisonCell[];
  readonly isBaseline: boolean;
  /** Seeds with a value of the main metric. */
  readonly seeds: number;
  readonly runs: readonly RunRow[];
}

export interface RunRow {
  readonly run: ComparedRun;
  readonly cells: readonly ComparisonCell[];
  /** Repeats a seed, and so is not part of its group's figures. */
  readonly isRepeated: boolean;
}

export interface ComparisonTable {
  readonly columns: readonly ComparisonColumn[];
  readonly rows: readonly GroupRow[];
}

export interface TableOptions {
  readonly split: Split;
  /** The metric that differences are about. */
  readonly metric: string;
  /** Metrics with a column of their own, the main one included. */
  readonly metrics: readonly string[];
  /** Key of the group that the others are compared with. */
  readonly baseline?: string | undefined;
  readonly showsAllSettings: boolean;
  readonly sort?: { readonly column: string; readonly isDescending: boolean } | undefined;
}

/** Id of the column with the groups' names, which every table begins with. */
export const nameColumn = "name";

/** A comparison as a table: a row per group of seeds, with the rows of its runs below it. */
export function comparisonTable(groups: readonly ComparisonGroup[], options: TableOptions): ComparisonTable {
  const columns = columnsOf(groups, options);
  const baseline = groups.find(({ key }) => key === options.baseline);
  const rows = groups.map((group): GroupRow => {
    return {
      group,
      cells: columns.map((column) => groupCell(group, column, baseline, options)),
      isBaseline: group === baseline,
      seeds: valuesOf(group, options.split, options.metric).size,
      runs: group.runs.map((run) => ({
        run,
        cells: columns.map((column) => runCell(run, column, options)),
        isRepeated: !group.counted.includes(run),
      })),
    };
  });
  const marked = markBest(rows, columns);
  return { columns, rows: sorted(marked, columns, options.sort) };
}

function columnsOf(groups: readonly ComparisonGroup[], options: TableOptions): readonly ComparisonColumn[] {
  const runs = groups.flatMap((group) => group.runs);
  const hasBaseline = groups.some(({ key }) => key === options.baseline);
  const hasDevice = runs.some(({ deviceBytes }) => deviceBytes !== undefined);
  const column = (kind: ColumnKind, name: string): ComparisonColumn => ({ id: `${kind}:${name}`, kind, name });
  const settings = options.showsAllSettings ? allSettings(runs) : differingSettings(runs);
  return [
    column("count", "seeds"),
    ...options.metrics.flatMap((metric) => {
      if (metric !== options.metric) return [column("metric", metric)];
      const against = hasBaseline ? [column("difference", metric), column("pValue", metric)] : [];
      return [column("metric", metric), column("interval", metric), ...against];
    }),
    column("params", "trainableParams"),
    column("bytes", "trainingBytes"),
    ...(hasDevice ? [column("bytes", "deviceBytes")] : []),
    column("bytes", "predictedBytes"),
    column("seconds", "seconds"),
    ...settings.map((path) => column("setting", path)),
    ...differingCircumstances(runs).map((name) => column("circumstance", name)),
  ];
}

function groupCell(
  group: ComparisonGroup,
  { kind, name }: ComparisonColumn,
  baseline: ComparisonGroup | undefined,
  { split, metric }: TableOptions,
): ComparisonCell {
  const { counted } = group;
  switch (kind) {
    case "setting":
      return shared(group.runs.map(({ settings }) => settings[name]));
    case "circumstance":
      return shared(group.runs.map(({ circumstances }) => circumstances[name]));
    case "count":
      return { value: valuesOf(group, split, metric).size, outOf: counted.length };
    case "metric":
      return spread([...valuesOf(group, split, name).values()]);
    case "interval": {
      const { interval } = spread([...valuesOf(group, split, name).values()]);
      return interval ? { interval, value: interval[0] } : {};
    }
    case "difference":
    case "pValue":
      return baseline && baseline !== group ? against(group, baseline, split, name, kind) : {};
    case "params":
      return shared(group.runs.map(({ trainableParams }) => trainableParams));
    case "bytes":
    case "seconds":
      return spread(counted.flatMap((run) => figureOf(run, name) ?? []));
  }
}

function runCell(run: ComparedRun, { kind, name }: ComparisonColumn, { split }: TableOptions): ComparisonCell {
  switch (kind) {
    case "setting":
      return cell(run.settings[name]);
    case "circumstance":
      return cell(run.circumstances[name]);
    case "metric":
      return cell(run.results[split]?.[name]);
    case "params":
      return cell(run.trainableParams);
    case "bytes":
    case "seconds":
      return cell(figureOf(run, name));
    case "count":
    case "interval":
    case "difference":
    case "pValue":
      return {};
  }
}

/** Values of a metric by seed. */
export function valuesOf({ counted }: ComparisonGroup, split: Split, metric: string): ReadonlyMap<number, number> {
  return new Map(
    counted.flatMap(({ seed, results }) => {
      const value = results[split]?.[metric];
      return value === undefined || !Number.isFinite(value) ? [] : [[seed, value] as const];
    }),
  );
}

/** The difference to the baseline over the seeds that both have: mean, interval, and how likely chance alone makes it. */
function against(
  group: ComparisonGroup,
  baseline: ComparisonGroup,
  split: Split,
  metric: string,
  kind: "difference" | "pValue",
): ComparisonCell {
  const pairs = pairedBySeed(valuesOf(group, split, metric), valuesOf(baseline, split, metric));
  if (pairs.length === 0) return { pairs: 0 };
  if (kind === "difference") return { ...spread(pairs.map(([own, other]) => own - other)), pairs: pairs.length };
  return { value: pairedPermutationTest(pairs).pValue, pairs: pairs.length };
}

function figureOf(run: ComparedRun, name: string): number | undefined {
  if (name === "trainingBytes") return run.trainingBytes;
  if (name === "deviceBytes") return run.deviceBytes;
  if (name === "predictedBytes") return run.predictedBytes;
  return run.seconds;
}

function spread(values: readonly number[]): ComparisonCell {
  if (values.length === 0) return {};
  const { mean, standardDeviation, interval95 } = estimate(values);
  return {
    value: mean,
    ...(standardDeviation !== undefined && { sd: standardDeviation }),
    ...(interval95 && { interval: interval95 }),
  };
}

function shared(values: readonly (string | number | undefined)[]): ComparisonCell {
  return new Set(values).size > 1 ? { isVarying: true } : cell(values[0]);
}

function cell(value: string | number | undefined): ComparisonCell {
  return value === undefined ? {} : { value };
}

/** Marks the best mean of each metric, where there is something to compare it with. */
function markBest(rows: readonly GroupRow[], columns: readonly ComparisonColumn[]): readonly GroupRow[] {
  const best = columns.map(({ kind, name }, c) => {
    const values = rows.map(({ cells }) => cells[c]?.value).filter((value) => typeof value === "number");
    if (kind !== "metric" || values.length < 2) return undefined;
    return isLowerBetter(name) ? Math.min(...values) : Math.max(...values);
  });
  return rows.map((row) => ({
    ...row,
    cells: row.cells.map((known, c) =>
      best[c] !== undefined && known.value === best[c] ? { ...known, isBest: true } : known,
    ),
  }));
}

/** Sorts groups by a column, and the runs within each group too; what has no value comes last either way. */
function sorted(
  rows: readonly GroupRow[],
  columns: readonly ComparisonColumn[],
  sort: TableOptions["sort"],
): readonly GroupRow[] {
  if (!sort) return rows;
  const c = columns.findIndex(({ id }) => id === sort.column);
  if (c < 0 && sort.column !== nameColumn) return rows;
  const sign = sort.isDescending ? -1 : 1;
  const byValue = (a: ComparisonCell | undefined, b: ComparisonCell | undefined): number =>
    compare(a?.value, b?.value, sign);
  const byName = (a: GroupRow, b: GroupRow): number => compare(a.group.label, b.group.label, sign);
  const isByName = c < 0;
  return rows
    .toSorted((a, b) => (isByName ? byName(a, b) : byValue(a.cells[c], b.cells[c])))
    .map((row) => ({
      ...row,
      runs: row.runs.toSorted((a, b) =>
        isByName ? sign * (a.run.seed - b.run.seed) : byValue(a.cells[c], b.cells[c]),
      ),
    }));
}

function compare(a: number | string | undefined, b: number | string | undefined, sign: number): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  if (typeof a === "number" && typeof b === "number") return sign * (a - b);
  // Settings are words, but many of them are numbers.
  return sign * String(a).localeCompare(String(b), "en", { numeric: true });
}
