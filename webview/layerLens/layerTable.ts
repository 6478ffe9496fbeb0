import type { ModalityLens } from "../../src/core/views/layerLensState";
import type { LayerDrop } from "../../src/core/views/lens/leaveOneOut";
import { metricLabel } from "../../src/core/views/metricGroups";
import type { Split } from "../../src/core/experiment/runEvent";
import { element } from "../shared/dom";
import type { Ui } from "../shared/ui";

export interface LayerTableOptions {
  readonly splitName: (split: Split) => string;
  /** What runs without one of the layers lost; empty where there are none. */
  readonly drops: readonly LayerDrop[];
  readonly selector: string;
  readonly inspect: (layer: string) => void;
}

/** The figures of every layer at one evaluation, highest layer first, as in the drawing; its name leads to more about it. */
export function layerTable(
  { layers, evaluations, means, deviations, quantiles }: ModalityLens,
  evaluation: number,
  { texts }: Ui,
  { splitName, drops, selector, inspect }: LayerTableOptions,
): HTMLElement {
  const { label, format } = texts;
  const names = (["layer", "mean", "standardDeviation", "median", "range"] as const).map((name) => label(name));
  const change = label("change", evaluations[0]?.epoch ?? "", splitName(evaluations[0]?.split ?? "val"));
  const lost = drops.length > 0 ? [label("dropColumn", metricLabel(selector))] : [];
  const head = element("tr", {}, ...[...names, change, ...lost].map((name) => element("th", { scope: "col" }, name)));
  const dropText = (drop: LayerDrop | undefined): string => {
    if (!drop) return "";
    const { mean, standardDeviation, n } = drop.drop;
    if (standardDeviation === undefined) return label("dropCellOne", format.number(mean), n);
    const p = format.fixed(drop.pValue, 3);
    return label("dropCell", format.number(mean), format.number(standardDeviation), n, p);
  };
  const rows = layers.map((layer, l) => {
    const at = evaluation * layers.length + l;
    const quantile = (i: number): string => format.percent(quantiles[at * 5 + i] ?? Number.NaN);
    const mean = means[at] ?? Number.NaN;
    const difference = mean - (means[l] ?? Number.NaN);
    const cells = [
      format.percent(mean),
      format.percent(deviations[at] ?? Number.NaN),
      quantile(2),
      `${quantile(0)} – ${quantile(4)}`,
      `${difference > 0 ? "+" : ""}${format.percent(difference)}`,
      ...(drops.length > 0 ? [dropText(drops.find((drop) => drop.layer === layer))] : []),
    ];
    const open = element("button", { type: "button", class: "link", title: label("inspectLayer", layer) }, layer);
    open.addEventListener("click", () => inspect(layer));
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, open),
      ...cells.map((cell) => element("td", { class: "figure" }, cell)),
    );
  });
  return element(
    "table",
    { class: "layer-table" },
    element("thead", {}, head),
    element("tbody", {}, ...rows.reverse()),
  );
}
