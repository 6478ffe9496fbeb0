import { metricAt } from "../../experiment/metricAt";
import type { RunSummary } from "../../experiment/runSummary";
import { mean, sampleStandardDeviation } from "../../experiment/statistics";
import { metricLabel } from "../metricGroups";
import type { MetricValue } from "../runProgress";
import type { TreeLabels } from "./treeLabels";

/**
 * The one figure that stands for a run that has ended: the selecting metric of its best checkpoint, on the test split where it
 * was measured there. Undefined when it never got so far, or is not a number.
 * @param selector dotted name; what the summary says goes before it
 */
export function mainMetric({ best, metrics, epoch }: RunSummary, selector: string): MetricValue | undefined {
  const metric = best?.metric ?? selector;
  for (const split of ["test", "val"] as const) {
    const value = metricAt(metrics[split] ?? {}, metric);
    if (value !== undefined && Number.isFinite(value)) return { metric, split, value, epoch: best?.epoch ?? epoch };
  }
  if (best === undefined || !Number.isFinite(best.value)) return undefined;
  return { metric, split: "val", value: best.value, epoch: best.epoch };
}

/** The main metric of a variant over its seeds. */
export interface SeedStatistics {
  readonly metric: string;
  readonly split: MetricValue["split"];
  readonly n: number;
  readonly value: number;
  /** Sample standard deviation; one run says nothing about spread. */
  readonly deviation?: number;
}

/** Test and validation values are never mixed: those on the test split count where there are any. */
export function estimateMetric(values: readonly MetricValue[]): SeedStatistics | undefined {
  const first = values.find(({ split }) => split === "test") ?? values[0];
  if (first === undefined) return undefined;
  const { metric, split } = first;
  const alike = values.filter((each) => each.metric === metric && each.split === split).map(({ value }) => value);
  // Intervals would cost a tree of many variants its promptness.
  const spread = alike.length > 1 && { deviation: sampleStandardDeviation(alike) };
  return { metric, split, n: alike.length, value: mean(alike), ...spread };
}

/** "test rSum 402.1", with the spread when there is one: "test rSum 402.1 ± 3.2". */
export function metricText(
  { metric, split, value, deviation }: Omit<SeedStatistics, "n">,
  labels: TreeLabels,
  locale: string,
): string {
  return `${labels[split]} ${metricLabel(metric)} ${spreadText(value, deviation, locale)}`;
}

/** A mean with four significant digits, and its spread with as many decimals. */
export function spreadText(mean: number, deviation: number | undefined, locale: string): string {
  if (!Number.isFinite(mean)) return String(mean);
  const digits = mean === 0 ? 1 : Math.floor(Math.log10(Math.abs(mean))) + 1;
  const decimals = Math.min(6, Math.max(0, 4 - Math.max(1, digits)));
  const format = decimalFormat(locale, decimals);
  return deviation === undefined ? format.format(mean) : `${format.format(mean)} ± ${format.format(deviation)}`;
}

/** Formats are costly to make, and a tree has a thousand numbers. */
const formats = new Map<string, Intl.NumberFormat>();

function decimalFormat(locale: string, decimals: number): Intl.NumberFormat {
  const key = `${locale}:${decimals}`;
  const known = formats.get(key);
  if (known) return known;
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  const made = new Intl.NumberFormat(locale, { ...digits, useGrouping: false });
  formats.set(key, made);
  return made;
}
