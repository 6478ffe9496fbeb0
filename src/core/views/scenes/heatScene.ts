import type { LensEvaluation, ModalityLens } from "../layerLensState";
import type { Scene, Shape, Target } from "./scene";
import { label, nameColumn, rect, rowHeightFor, textWidth } from "./scene";

export interface HeatTexts {
  readonly axis: string;
  readonly percent: (share: number) => string;
  /** A cell in words. */
  readonly cell: (layer: string, evaluation: LensEvaluation, mean: number) => string;
}

const [top, bottom, right] = [26, 38, 8];

/**
 * Mean confidence of every layer at every evaluation: rows are layers, the lowest at the bottom; columns are evaluations. The
 * darkest cell is the largest mean of the whole history, which the key beside it names.
 */
export function heatScene(lens: ModalityLens, selected: number, width: number, texts: HeatTexts): Scene {
  const { layers, evaluations, means } = lens;
  const count = layers.length;
  const { left, names } = nameColumn(layers, width);
  const cellHeight = rowHeightFor(count);
  const cellWidth = (width - left - right) / Math.max(1, evaluations.length);
  const height = top + count * cellHeight + bottom;
  const floor = height - bottom;
  const most = means.reduce((high, value) => (value > high ? value : high), 0) || 1;
  const gap = cellWidth > 8 ? 1 : 0;

  const shapes: Shape[] = names.map((name, l) => label(name, left - 8, floor - (l + 0.5) * cellHeight, "end"));
  const targets: Target[] = [];
  for (let l = count - 1; l >= 0; l--) {
    evaluations.forEach((evaluation, e) => {
      const mean = means[e * count + l] ?? Number.NaN;
      const [x, y] = [left + e * cellWidth, floor - (l + 1) * cellHeight];
      const strength = Number.isFinite(mean) ? 0.06 + 0.94 * (mean / most) : 0;
      shapes.push(rect(x, y, cellWidth - gap, cellHeight - 1, "heat", { "fill-opacity": strength.toFixed(3) }));
      const text = texts.cell(layers[l] ?? "", evaluation, mean);
      targets.push({ row: count - 1 - l, column: e, x, y, width: cellWidth, height: cellHeight - 1, text });
    });
  }
  shapes.push(...epochLabels(evaluations, left, cellWidth, floor));
  shapes.push(label(texts.axis, (left + width - right) / 2, floor + 28, "middle", "muted"));
  shapes.push(...key(left, width, most, texts));
  shapes.push({
    tag: "rect",
    attributes: {
      x: left + selected * cellWidth - 1,
      y: top - 1,
      width: cellWidth - gap + 2,
      height: count * cellHeight + 1,
      "stroke-width": 1.5,
    },
    fill: "none",
    stroke: "accent",
  });
  return { width, height, shapes, targets };
}

/** As many epochs as fit; an evaluation of another split is marked with an asterisk. */
function epochLabels(
  evaluations: readonly LensEvaluation[],
  left: number,
  cellWidth: number,
  floor: number,
): readonly Shape[] {
  const every = Math.max(1, Math.ceil(30 / cellWidth));
  return evaluations.flatMap(({ epoch, split }, e) => {
    const isShown = e % every === 0 || (split === "test" && every === 1);
    if (!isShown) return [];
    return [
      label(`${epoch}${split === "val" ? "" : "*"}`, left + (e + 0.5) * cellWidth, floor + 12, "middle", "muted"),
    ];
  });
}

function key(left: number, width: number, most: number, { percent }: HeatTexts): readonly Shape[] {
  const steps = 24;
  const length = steps * Math.max(1, Math.min(5, Math.floor((width - left) / 3 / steps)));
  const x = Math.round(width - right - length - textWidth(percent(most)) - 6);
  const cells = Array.from({ length: steps }, (_, i) =>
    rect(x + (i * length) / steps, 6, length / steps, 8, "heat", {
      "fill-opacity": (0.06 + (0.94 * i) / (steps - 1)).toFixed(3),
      "shape-rendering": "crispEdges",
      "data-key": "",
    }),
  );
  return [
    label(percent(0), x - 6, 10, "end", "muted"),
    ...cells,
    label(percent(most), x + length + 6, 10, "start", "muted"),
  ];
}
