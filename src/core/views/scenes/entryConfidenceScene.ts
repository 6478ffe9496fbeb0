import type { LayerConfidence } from "../../experiment/layerConfidence";
import { niceTicks, tickCount } from "../niceTicks";
import type { Scene, Shape, Target } from "./scene";
import { label, line, nameColumn, rect, rowHeightFor } from "./scene";

export interface EntryConfidenceTexts {
  /** Name of the axis. */
  readonly axis: string;
  readonly percent: (share: number) => string;
  /** A share on the axis. */
  readonly tick: (share: number) => string;
  /** A layer in words. */
  readonly layer: (name: string, share: number, mean: number) => string;
}

const [top, bottom, right] = [6, 38, 58];

/**
 * The confidence of the layers for one image or caption, a bar each, beside what is usual in its split: a thin bar from the
 * 5 % to the 95 % quantile and a tick at the mean. The lowest layer is at the bottom, as in the network.
 */
export function entryConfidenceScene(
  layers: readonly LayerConfidence[],
  confidence: readonly number[],
  width: number,
  texts: EntryConfidenceTexts,
): Scene {
  const { left, names } = nameColumn(
    layers.map(({ layer }) => layer),
    width,
  );
  const rowHeight = rowHeightFor(layers.length);
  const shares = [...confidence, ...layers.flatMap(({ mean, quantiles }) => [mean, ...quantiles])];
  const reach = Math.max(...shares.filter(Number.isFinite), 0);
  const ticks = niceTicks(0, Math.min(1, reach > 0 ? reach * 1.02 : 1), tickCount(width - left - right));
  const end = Math.max(ticks.at(-1) ?? 1, Math.min(1, reach));
  const toX = (share: number): number => left + (share / end) * (width - left - right);
  const height = top + layers.length * rowHeight + bottom;
  const floor = height - bottom;

  const shapes: Shape[] = ticks.flatMap((tick) => [
    line(toX(tick), top, toX(tick), floor, "grid"),
    label(texts.tick(tick), toX(tick), floor + 12, "middle", "muted"),
  ]);
  shapes.push(label(texts.axis, (left + width - right) / 2, floor + 28, "middle", "muted"));
  const targets = layers.map(({ layer, mean, quantiles }, l): Target => {
    const share = confidence[l] ?? Number.NaN;
    const y = floor - (l + 0.5) * rowHeight;
    const barHeight = Math.round(rowHeight * 0.4);
    shapes.push(label(names[l] ?? "", left - 8, y, "end"));
    if (Number.isFinite(share)) {
      const bar = rect(left, y - barHeight / 2, toX(share) - left, barHeight, "series0", { "data-bar": "" });
      shapes.push(bar, label(texts.percent(share), width - right + 10, y, "start"));
    }
    const [low, high] = [quantiles[0], quantiles.at(-1)];
    const usual = y + barHeight / 2 + 4;
    if (low !== undefined && high !== undefined && Number.isFinite(low) && Number.isFinite(high))
      shapes.push(line(toX(low), usual, toX(high), usual, "muted", 2));
    if (Number.isFinite(mean)) shapes.push(line(toX(mean), y - barHeight / 2 - 3, toX(mean), usual + 3, "accent", 2));
    const text = texts.layer(layer, share, mean);
    const row = layers.length - 1 - l;
    return { row, column: 0, x: 0, y: y - rowHeight / 2, width, height: rowHeight, text };
  });
  return { width, height, shapes, targets: targets.reverse() };
}
