import { niceTicks } from "../niceTicks";
import type { Scene, Shape } from "./scene";
import { label, line, nameColumn, rect, textWidth } from "./scene";

export interface PrintedBars {
  readonly label: string;
  readonly tone: number;
  /** One per category; NaN where there is none. */
  readonly values: readonly number[];
  readonly errors?: readonly number[] | undefined;
}

export interface BarChart {
  readonly title: string;
  readonly categories: readonly string[];
  readonly series: readonly PrintedBars[];
  readonly valueTitle: string;
  readonly formatValue: (value: number) => string;
}

const width = 720;
const [top, right, bottom] = [34, 24, 66];
const [barHeight, gap] = [11, 12];

/** Horizontal bars side by side for print, with error bars and a legend. */
export function barScene({ title, categories, series, valueTitle, formatValue }: BarChart): Scene {
  const { left, names } = nameColumn(categories, width);
  const rowHeight = series.length * barHeight + gap;
  const floor = top + Math.max(1, categories.length) * rowHeight;
  const ends = (sign: number): readonly number[] =>
    series.flatMap(({ values, errors = [] }) => values.map((value, c) => value + sign * (errors[c] ?? 0)));
  const least = ends(-1)
    .filter(Number.isFinite)
    .reduce((low, value) => Math.min(low, value), 0);
  const most = ends(1)
    .filter(Number.isFinite)
    .reduce((high, value) => Math.max(high, value), 0);
  const ticks = niceTicks(least, most > least ? most : least + 1, 5);
  const [start, end] = [Math.min(least, ticks[0] ?? 0), Math.max(most, ticks.at(-1) ?? 0, least + 1e-9)];
  const toX = (value: number): number => left + ((value - start) / (end - start)) * (width - left - right);
  const shapes: Shape[] = [
    {
      ...label(title, left, 16, "start"),
      attributes: { x: left, y: 16, "font-weight": "bold", "font-size": 13 },
    },
    ...ticks.flatMap((tick) => [
      line(toX(tick), top, toX(tick), floor, "grid"),
      label(formatValue(tick), toX(tick), floor + 12, "middle", "muted"),
    ]),
    label(valueTitle, (left + width - right) / 2, floor + 28, "middle", "muted"),
  ];
  categories.forEach((_, c) => {
    const y0 = top + c * rowHeight + gap / 2;
    shapes.push(label(names[c] ?? "", left - 8, y0 + (series.length * barHeight) / 2, "end"));
    series.forEach(({ values, errors, tone }, s) => {
      const [value = Number.NaN, error = 0] = [values[c], errors?.[c]];
      if (!Number.isFinite(value)) return;
      const y = y0 + s * barHeight;
      const [from, to] = [Math.min(0, value), Math.max(0, value)];
      shapes.push(rect(toX(from), y, toX(to) - toX(from), barHeight - 1, `series${tone}`));
      const middle = y + (barHeight - 1) / 2;
      if (error > 0) shapes.push(line(toX(value - error), middle, toX(value + error), middle, "text"));
    });
  });
  let x = left;
  for (const { label: name, tone } of series) {
    shapes.push(rect(x, floor + 46, 10, 10, `series${tone}`), label(name, x + 15, floor + 51, "start"));
    x += 34 + textWidth(name);
  }
  return { width, height: floor + bottom, shapes, targets: [] };
}
