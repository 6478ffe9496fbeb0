import type { Metrics } from "./metrics";
import { flattenMetrics } from "./flattenMetrics";
import type { PermutationResult } from "./permutationTest";
import { pairedPermutationTest } from "./permutationTest";
import type { Estimate } from "./statistics";
import { estimate } from "./statistics";

/** The metrics of one run over one split. */
export interface RunMetrics {
  readonly variant: string;
  readonly seed: number;
  readonly metrics: Metrics;
}

/** A variant's metrics over its seeds. */
export interface VariantSummary {
  readonly variant: string;
  readonly seeds: readonly number[];
  /** By dotted name; a metric that some runs lack is estimated from those that have it. */
  readonly metrics: Readonly<Record<string, Estimate>>;
}

/** Groups runs by variant, in order of first appearance, and estimates each metric over the seeds. */
export function summarizeVariants(runs: readonly RunMetrics[]): readonly VariantSummary[] {
  const groups = new Map<string, RunMetrics[]>();
  for (const run of runs) groups.set(run.variant, [...(groups.get(run.variant) ?? []), run]);
  return [...groups].map(([variant, members]) => {
    const values = new Map<string, number[]>();
    for (const [name, value] of members.flatMap(({ metrics }) => Object.entries(flattenMetrics(metrics)))) {
      values.set(name, [...(values.get(name) ?? []), value]);
    }
    const metrics = Object.fromEntries([...values].map(([name, numbers]) => [name, estimate(numbers)]));
    return { variant, seeds: members.map(({ seed }) => seed), metrics };
  });
}

/**
 * Whether variant `a` differs from `b` in a metric, paired by the seeds that both have; undefined without such a seed.
 * @param metric dotted name, for example `imageToText.recallAt1`
 */
export function compareVariants(
  runs: readonly RunMetrics[],
  a: string,
  b: string,
  metric: string,
): PermutationResult | undefined {
  const valuesOf = (variant: string): ReadonlyMap<number, number> =>
    new Map(
      runs.flatMap(({ variant: name, seed, metrics }) => {
        const value = name === variant ? flattenMetrics(metrics)[metric] : undefined;
        return value === undefined ? [] : [[seed, value] as const];
      }),
    );
  const [left, right] = [valuesOf(a), valuesOf(b)];
  const pairs = [...left].flatMap(([seed, value]) => {
    const other = right.get(seed);
    return other === undefined ? [] : [[value, other] as const];
  });
  if (pairs.length === 0) return undefined;
  return pairedPermutationTest(
    pairs.map(([value]) => value),
    pairs.map(([, other]) => other),
  );
}
