import type { ModalityLens } from "../layerLensState";
import { niceTicks, tickCount } from "../niceTicks";
import type { Scene, Shape, Target } from "./scene";
import { label, line, nameColumn, rect, rowHeightFor } from "./scene";

export interface IntervalTexts {
  /** Name of the axis. */
  readonly axis: string;
  /** Name of the line at 1 / L. */
  readonly uniform: string;
  readonly percent: (share: number) => string;
  /** A share on the axis. */
  readonly tick: (share: number) => string;
  /** A layer in words. */
  readonly layer: (name: string, mean: number, sd: number, low: number, high: number) => string;
}

const [top, bottom] = [26, 38];

/**
 * The confidence of each layer in one evaluation: a thin bar from the 5 % to the 95 % quantile of the samples, a thick one
 * between the quartiles, a notch at the median and a dot at the mean. The lowest layer is at the bottom, as in the network.
 */
export function intervalScene(lens: ModalityLens, evaluation: number, width: number, texts: IntervalTexts): Scene {
  const { layers, means, deviations, quantiles } = lens;
  const count = layers.length;
  const { left, names } = nameColumn(layers, width);
  const right = 58;
  const rowHeight = rowHeightFor(count);
  const row0 = evaluation * count;
  const reach = Math.max(
    1 / count,
    ...quantiles.subarray(row0 * 5, (row0 + count) * 5),
    ...means.subarray(row0, row0 + count),
  );
  const ticks = niceTicks(0, Math.min(1, Number.isFinite(reach) ? reach * 1.02 : 1), tickCount(width - left - right));
  const end = Math.max(ticks.at(-1) ?? 1, Math.min(1, reach));
  const toX = (share: number): number => left + (share / end) * (width - left - right);
  const height = top + count * rowHeight + bottom;
  const floor = height - bottom;

  const shapes: Shape[] = ticks.flatMap((tick) => [
    line(toX(tick), top, toX(tick), floor, "grid"),
    label(texts.tick(tick), toX(tick), floor + 12, "middle", "muted"),
  ]);
  shapes.push(label(texts.axis, (left + width - right) / 2, floor + 28, "middle", "muted"));
  const uniform = line(toX(1 / count), top - 6, toX(1 / count), floor, "muted");
  shapes.push({ ...uniform, attributes: { ...uniform.attributes, "stroke-dasharray": "4 3" } });
  shapes.push(label(texts.uniform, toX(1 / count), top - 14, "middle", "muted"));

  const targets: Target[] = [];
  layers.forEach((name, l) => {
    const at = row0 + l;
    const [low, q25, median, q75, high] = Array.from({ length: 5 }, (_, i) => quantiles[at * 5 + i] ?? Number.NaN);
    const mean = means[at] ?? Number.NaN;
    const y = floor - (l + 0.5) * rowHeight;
    const bar = (from = 0, to = 0, thickness = 4, opacity = 1): Shape =>
      rect(toX(from), y - thickness / 2, Math.max(1, toX(to) - toX(from)), thickness, "series0", {
        "fill-opacity": opacity,
      });
    shapes.push(label(names[l] ?? "", left - 8, y, "end"));
    if (Number.isFinite(mean)) {
      shapes.push(bar(low, high, 4, 0.45), bar(q25, q75, 14, 0.6));
      shapes.push(line(toX(median ?? 0), y - 7, toX(median ?? 0), y + 7, "surface", 2));
      shapes.push({
        tag: "circle",
        attributes: { cx: toX(mean), cy: y, r: 4.5, "stroke-width": 1.5 },
        fill: "accent",
        stroke: "surface",
      });
      shapes.push(label(texts.percent(mean), width - right + 10, y, "start"));
    }
    const text = texts.layer(name, mean, deviations[at] ?? Number.NaN, low ?? Number.NaN, high ?? Number.NaN);
    targets.push({ row: count - 1 - l, column: 0, x: 0, y: y - rowHeight / 2, width, height: rowHeight, text });
  });
  return { width, height, shapes, targets: targets.reverse() };
}
