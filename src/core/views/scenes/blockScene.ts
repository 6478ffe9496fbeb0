import { niceTicks } from "../niceTicks";
import type { Scene, Shape, Target } from "./scene";
import { label, line, nameColumn, rect, rowHeightFor, textWidth } from "./scene";

export interface BlockBar {
  readonly name: string;
  /** NaN: the block has no such figure. */
  readonly value: number;
  /** Its hidden state is ticked. */
  readonly isTicked: boolean;
}

export interface BlockTexts {
  /** Name of the axis. */
  readonly axis: string;
  readonly figure: (value: number) => string;
  /** A bar in words. */
  readonly bar: (name: string, value: string) => string;
  readonly unknown: string;
}

const [top, bottom] = [8, 38];

/** One bar per block, the lowest block at the bottom, as in the network; ticked ones stand out. */
export function blockScene(bars: readonly BlockBar[], width: number, texts: BlockTexts): Scene {
  const { left, names } = nameColumn(
    bars.map(({ name }) => name),
    width,
  );
  const right = 12 + Math.max(0, ...bars.map(({ value }) => textWidth(texts.figure(value))));
  const rowHeight = rowHeightFor(bars.length);
  const reach = Math.max(0, ...bars.flatMap(({ value }) => (Number.isFinite(value) ? [value] : [])));
  const ticks = niceTicks(0, reach === 0 ? 1 : reach, 4);
  const end = Math.max(ticks.at(-1) ?? 1, reach);
  const toX = (value: number): number => left + (value / end) * (width - left - right);
  const height = top + bars.length * rowHeight + bottom;
  const floor = height - bottom;

  const shapes: Shape[] = ticks.flatMap((tick) => [
    line(toX(tick), top, toX(tick), floor, "grid"),
    label(texts.figure(tick), toX(tick), floor + 12, "middle", "muted"),
  ]);
  shapes.push(label(texts.axis, (left + width - right) / 2, floor + 28, "middle", "muted"));
  const targets = bars.map(({ name, value, isTicked }, index): Target => {
    const y = floor - (index + 0.5) * rowHeight;
    const figure = Number.isFinite(value) ? texts.figure(value) : texts.unknown;
    shapes.push(label(names[index] ?? "", left - 8, y, "end"));
    if (Number.isFinite(value)) {
      const thickness = Math.min(18, rowHeight - 6);
      shapes.push(
        rect(left, y - thickness / 2, Math.max(1, toX(value) - left), thickness, isTicked ? "series0" : "measured", {
          "data-bar": name,
        }),
        label(figure, toX(value) + 6, y, "start"),
      );
    }
    const text = texts.bar(name, figure);
    return { row: bars.length - 1 - index, column: 0, x: 0, y: y - rowHeight / 2, width, height: rowHeight, text };
  });
  return { width, height, shapes, targets: targets.reverse() };
}
