import { flattenMetrics } from "../../experiment/flattenMetrics";
import type { RunSummary } from "../../experiment/runSummary";
import type { Estimate } from "../../experiment/statistics";
import { estimate } from "../../experiment/statistics";
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
    const value = flattenMetrics(metrics[split] ?? {})[metric];
    if (value !== undefined && Number.isFinite(value)) return { metric, split, value, epoch: best?.epoch ?? epoch };
  }
  if (best === undefined || !Number.isFinite(best.value)) return undefined;
  return { metric, split: "val", value: best.value, epoch: best.epoch };
}

/** The main metric over seeds; test and validation values are never mixed: those on the test split count where there are any. */
export function estimateMetric(
  values: readonly MetricValue[],
): (Estimate & Pick<MetricValue, "metric" | "split">) | undefined {
  const [first] = values.filter(({ split }) => split === "test").concat(values);
  if (first === undefined) return undefined;
  const alike = values.filter(({ metric, split }) => metric === first.metric && split === first.split);
  return { ...estimate(alike.map(({ value }) => value)), metric: first.metric, split: first.split };
}

/** "test rSum 402.1", with the spread when there is one: "test rSum 402.1 ± 3.2". */
export function metricText(
  {
    metric,
    split,
    value,
    deviation,
  }: Pick<MetricValue, "metric" | "split" | "value"> & { readonly deviation?: number | undefined },
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
  const format = new Intl.NumberFormat(locale, {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
    useGrouping: false,
  });
  return deviation === undefined ? format.format(mean) : `${format.format(mean)} ± ${format.format(deviation)}`;
}
