/** Metrics that share a chart, because they share a unit: those of one group, or one that stands alone. */
export interface MetricGroup {
  /** Name of the group, or of the metric that stands alone. */
  readonly name: string;
  /** Dotted names. */
  readonly metrics: readonly string[];
}

/** Columns of the evaluation table that are no metrics. */
export const placeColumns: ReadonlySet<string> = new Set(["record", "step", "epoch", "seconds", "split", "isBest"]);

/**
 * The charts that a table of evaluations needs, with the group of the selecting metric first.
 * @param columns names of the table's columns
 */
export function metricGroups(columns: readonly string[], selector: string): readonly MetricGroup[] {
  const groups = new Map<string, string[]>();
  for (const metric of columns) {
    if (placeColumns.has(metric)) continue;
    const alone = /^precisionAt\d+$/.test(metric) ? "precision" : metric;
    const owner = metric.includes(".") ? metric.slice(0, metric.indexOf(".")) : alone;
    // Ranks are no shares.
    const name = /\.(median|mean)Rank$/.test(metric) ? `${owner}.ranks` : owner;
    groups.set(name, [...(groups.get(name) ?? []), metric]);
  }
  const ordered = [...groups].map(([name, metrics]) => ({ name, metrics }));
  return ordered.sort((a, b) => Number(b.metrics.includes(selector)) - Number(a.metrics.includes(selector)));
}

/** Short names that the field uses; anything else is shown as it is called. */
const shortNames: Readonly<Record<string, string>> = {
  rSum: "rSum",
  medianRank: "MdR",
  meanRank: "MnR",
  ranks: "ranks",
  accuracy: "Accuracy",
  accuracyByType: "Accuracy by type",
  answerable: "Answerable",
  meanIou: "Mean IoU",
  precision: "Precision",
  imageToText: "Image → text",
  textToImage: "Text → image",
  videoToText: "Video → text",
  textToVideo: "Text → video",
};

/** How a metric, or a group of them, is called on screen: "Image → text R@1". */
export function metricLabel(metric: string): string {
  return metric
    .split(".")
    .map(
      (part) =>
        shortNames[part] ??
        part
          .replace(/^recallAt(\d+)$/, "R@$1")
          .replace(/^precisionAt(\d+)$/, "P@$1")
          .replace(/^accuracyAtIou(\d)(\d)$/, "Acc@0.$1$2"),
    )
    .join(" ");
}
