import type { ModalityLens } from "../../src/core/views/layerLensState";
import type { Split } from "../../src/core/experiment/runEvent";
import { element } from "../shared/dom";
import type { Ui } from "../shared/ui";

/** The figures of every layer at one evaluation, highest layer first, as in the drawing. */
export function layerTable(
  { layers, evaluations, means, deviations, quantiles }: ModalityLens,
  evaluation: number,
  { texts }: Ui,
  splitName: (split: Split) => string,
): HTMLElement {
  const { label, format } = texts;
  const names = (["layer", "mean", "standardDeviation", "median", "range"] as const).map((name) => label(name));
  const change = label("change", evaluations[0]?.epoch ?? "", splitName(evaluations[0]?.split ?? "val"));
  const head = element("tr", {}, ...[...names, change].map((name) => element("th", { scope: "col" }, name)));
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
    ];
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, layer),
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
