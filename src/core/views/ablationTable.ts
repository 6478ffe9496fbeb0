import type { AblationCell } from "../experiment/ablation/planAblation";
import { flattenMetrics } from "../experiment/flattenMetrics";
import type { RunSummary } from "../experiment/runSummary";
import { pairedBySeed, pairedPermutationTest } from "../experiment/permutationTest";
import { type Estimate, estimate } from "../experiment/statistics";

/** Metrics with a column of their own beside the one that selects checkpoints. */
const shownMetrics = ["imageToText.recallAt1", "textToImage.recallAt1", "rSum"] as const;

export interface AblationRow {
  readonly cell: string;
  /** What differs from the base, by axis; empty for the base. */
  readonly changes: Readonly<Record<string, string>>;
  readonly isBase: boolean;
  /** Seeds with a finished run. */
  readonly seeds: readonly number[];
  /** Test metrics over the seeds, by dotted name. */
  readonly metrics: Readonly<Record<string, Estimate>>;
  /** Mean difference to the base in the main metric over the seeds that both have, and how likely chance alone makes it. */
  readonly difference?: { readonly mean: number; readonly pValue: number; readonly pairs: number } | undefined;
  readonly trainableParams?: number | undefined;
  /** Highest resident memory of the cell's runs. */
  readonly peakRssBytes?: number | undefined;
  readonly trainSeconds?: Estimate | undefined;
  /** Metrics in which no other cell has a better mean. */
  readonly best: readonly string[];
}

export interface AblationTable {
  /** The metric that differences are about. */
  readonly metric: string;
  readonly metrics: readonly string[];
  /** The base first, then in the order of the axes. */
  readonly rows: readonly AblationRow[];
}

/**
 * The table of an ablation from the runs that are finished; a cell without any has a row without figures.
 * @param metric dotted name of the main metric
 */
export function ablationTable(
  cells: readonly AblationCell[],
  summaries: readonly RunSummary[],
  metric: string,
): AblationTable {
  const metrics = [...new Set([...shownMetrics, metric])];
  const bySeed = (variant: string): ReadonlyMap<number, number> =>
    new Map(
      summaries.flatMap((summary) => {
        const value = flattenMetrics(summary.metrics.test ?? {})[metric];
        return summary.variant !== variant || value === undefined ? [] : [[summary.seed, value] as const];
      }),
    );
  const [base] = cells;
  const rows = cells.map(({ name, changes }): AblationRow => {
    const own = summaries.filter(({ variant }) => variant === name);
    const test = own.flatMap((summary) => (summary.metrics.test ? [flattenMetrics(summary.metrics.test)] : []));
    const pairs = base && name !== base.name ? pairedBySeed(bySeed(name), bySeed(base.name)) : [];
    const compared = pairs.length > 0 ? pairedPermutationTest(pairs) : undefined;
    const peaks = own.map(({ peakRssBytes }) => peakRssBytes);
    const seconds = own.flatMap(({ secondsByPhase }) => secondsByPhase.train ?? []);
    return {
      cell: name,
      changes,
      isBase: name === base?.name,
      seeds: own.map(({ seed }) => seed),
      metrics: Object.fromEntries(
        metrics.flatMap((each) => {
          const values = test.flatMap((all) => all[each] ?? []).filter(Number.isFinite);
          return values.length === 0 ? [] : [[each, estimate(values)]];
        }),
      ),
      difference: compared && {
        mean: compared.meanDifference,
        pValue: compared.pValue,
        pairs: compared.pairs,
      },
      trainableParams: own[0]?.trainableParams,
      ...(peaks.length > 0 && { peakRssBytes: Math.max(...peaks) }),
      ...(seconds.length > 0 && { trainSeconds: estimate(seconds) }),
      best: [],
    };
  });
  return {
    metric,
    metrics,
    rows: rows.map((row) => ({ ...row, best: metrics.filter((each) => isBest(rows, row, each)) })),
  };
}

/** All metrics shown here are better when they are higher. */
function isBest(rows: readonly AblationRow[], row: AblationRow, metric: string): boolean {
  const means = rows.flatMap(({ metrics }) => metrics[metric]?.mean ?? []);
  return means.length > 1 && row.metrics[metric]?.mean === Math.max(...means);
}
