import { flattenMetrics } from "../core/experiment/flattenMetrics";
import type { RunSummary } from "../core/experiment/runSummary";
import { estimate } from "../core/experiment/statistics";
import { metricLabel } from "../core/views/metricGroups";
import { formatBytes, formatCount, formatSpread } from "./format";
import { renderTable } from "./table";

/** Columns of retrieval metrics, in the order in which papers print them. */
const metricColumns = [
  ["i→t R@1", "imageToText.recallAt1"],
  ["R@5", "imageToText.recallAt5"],
  ["R@10", "imageToText.recallAt10"],
  ["t→i R@1", "textToImage.recallAt1"],
  ["R@5", "textToImage.recallAt5"],
  ["R@10", "textToImage.recallAt10"],
  ["rSum", "rSum"],
] as const;

/** The columns of retrieval that the runs have, or all their metrics where they do something else. */
function columnsOf(summaries: readonly RunSummary[]): readonly (readonly [title: string, metric: string])[] {
  const present = new Set(summaries.flatMap(({ metrics }) => Object.keys(flattenMetrics(metrics.test ?? {}))));
  if (present.size === 0 || present.has("imageToText.recallAt1")) return metricColumns;
  return [...present].map((metric) => [metricLabel(metric), metric]);
}

/**
 * One row per variant: test metrics as mean ± standard deviation over seeds, parameters, peak memory, training seconds; below
 * it the layer confidences. What the numbers are is said in the lines around them.
 */
export function resultTable(summaries: readonly RunSummary[]): string {
  const variants = groupByVariant(summaries);
  const seedCount = Math.max(0, ...[...variants.values()].map((runs) => runs.length));
  const columns = columnsOf(summaries);
  const heading = ["variant", ...columns.map(([title]) => title), "params", "peak memory", "train s"];
  const rows = [...variants].map(([variant, runs]) => [
    variant,
    ...columns.map(([, name]) => spread(runs.map((run) => flattenMetrics(run.metrics.test ?? {})[name]))),
    formatCount(runs[0]?.trainableParams ?? 0),
    formatBytes(Math.max(...runs.map(({ peakRssBytes }) => peakRssBytes))),
    spread(runs.map(({ secondsByPhase }) => secondsByPhase.train)),
  ]);
  const spreadNote =
    seedCount > 1 ? `mean ± standard deviation over ${seedCount} seeds` : "one seed, so no spread is known";
  return [
    `Test split, best epoch by validation; ${spreadNote}.`,
    "",
    renderTable(heading, rows),
    ...confidenceLines(variants),
    "",
    "params: trainable parameters of the whole model. peak memory: highest resident memory measured in any of the runs' processes.",
  ].join("\n");
}

function groupByVariant(summaries: readonly RunSummary[]): ReadonlyMap<string, readonly RunSummary[]> {
  const groups = new Map<string, RunSummary[]>();
  for (const summary of summaries) groups.set(summary.variant, [...(groups.get(summary.variant) ?? []), summary]);
  return groups;
}

function spread(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return "–";
  const { mean, standardDeviation } = estimate(known);
  return formatSpread(mean, standardDeviation);
}

/** Mean confidence per layer over the test set, averaged over seeds, for variants and modalities that have one. */
function confidenceLines(variants: ReadonlyMap<string, readonly RunSummary[]>): string[] {
  const lines = [...variants].flatMap(([variant, runs]) => {
    const modalities = Object.keys(runs[0]?.confidence?.byModality ?? {});
    return modalities.map((modality) => {
      const layers = runs[0]?.confidence?.byModality[modality] ?? [];
      const shares = layers.map(({ layer }, index) => {
        const means = runs.flatMap((run) => run.confidence?.byModality[modality]?.[index]?.mean ?? []);
        const { mean, standardDeviation } = estimate(means);
        return `${shortName(layer)} ${formatSpread(mean, standardDeviation, 2)}`;
      });
      return `  ${variant}, ${modality}: ${shares.join(" · ")}`;
    });
  });
  return lines.length === 0 ? [] : ["", "Layer confidence, mean over the test set (low to high):", ...lines];
}

/** The last two parts of a value's path: enough to tell the layers of one backbone apart. */
function shortName(layer: string): string {
  return layer.split("/").slice(-2).join("/");
}
