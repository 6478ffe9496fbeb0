import { byteTicks, niceTicks } from "../niceTicks";
import type { Scene, Shape } from "./scene";
import { label, line, textWidth } from "./scene";

export interface PrintedBubble {
  readonly label: string;
  readonly tone: number;
  readonly x: number;
  readonly y: number;
  /** Area, as a share of the largest. */
  readonly share: number;
  readonly error?: number | undefined;
}

export interface ScatterChart {
  readonly title: string;
  readonly bubbles: readonly PrintedBubble[];
  readonly xTitle: string;
  readonly yTitle: string;
  /** What the area of the bubbles is. */
  readonly note: string;
  /** Values along x are bytes. */
  readonly isBytes: boolean;
  readonly formatX: (value: number) => string;
  readonly formatY: (value: number) => string;
}

const [width, height] = [720, 420];
const [top, right, bottom] = [54, 90, 60];
const [largest, smallest] = [22, 4];

/** Bubbles with their names for print. */
export function scatterScene(chart: ScatterChart): Scene {
  const { bubbles, formatX, formatY } = chart;
  const ends = bubbles.flatMap(({ y, error = 0 }) => [y - error, y + error]);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const pad = high > low ? (high - low) * 0.15 : Math.abs(high || 1) * 0.1;
  const [y0, y1] = bubbles.length === 0 ? [0, 1] : [low - pad, high + pad];
  const most = Math.max(...bubbles.map(({ x }) => x), 0) || 1;
  const xTicks = chart.isBytes ? byteTicks(most) : niceTicks(0, most * 1.1, 5);
  const x1 = Math.max(xTicks.at(-1) ?? most, most * 1.05);
  const yTicks = niceTicks(y0, y1, 5);
  const left = 34 + Math.max(...yTicks.map((tick) => textWidth(formatY(tick))));
  const toX = (x: number): number => left + (x / x1) * (width - left - right);
  const toY = (y: number): number => height - bottom - ((y - y0) / (y1 - y0 || 1)) * (height - top - bottom);
  const floor = height - bottom;
  const shapes: Shape[] = [
    {
      ...label(chart.title, left, 16, "start"),
      attributes: { x: left, y: 16, "font-weight": "bold", "font-size": 13 },
    },
    label(chart.note, left, 34, "start", "muted"),
    ...yTicks.flatMap((tick) => [
      line(left, toY(tick), width - right, toY(tick), "grid"),
      label(formatY(tick), left - 6, toY(tick), "end", "muted"),
    ]),
    line(left, floor, width - right, floor, "axis"),
    ...xTicks.flatMap((tick) => [
      line(toX(tick), floor, toX(tick), floor + 4, "axis"),
      label(formatX(tick), toX(tick), floor + 14, "middle", "muted"),
    ]),
    label(chart.xTitle, (left + width - right) / 2, floor + 34, "middle"),
    {
      ...label(chart.yTitle, 0, 0, "middle"),
      attributes: { "text-anchor": "middle", transform: `translate(12 ${(top + floor) / 2}) rotate(-90)` },
    },
  ];
  for (const { x, y, share, tone, error = 0, label: name } of bubbles) {
    const r = Math.max(smallest, Math.sqrt(share) * largest);
    const place = { cx: toX(x), cy: toY(y), r };
    if (error > 0) shapes.push(line(place.cx, toY(y - error), place.cx, toY(y + error), "text"));
    shapes.push({
      tag: "circle",
      attributes: { ...place, "fill-opacity": 0.35, "stroke-width": 1.5 },
      fill: `series${tone}`,
      stroke: `series${tone}`,
    });
    shapes.push(label(name, place.cx + r + 5, place.cy, "start"));
  }
  return { width, height, shapes, targets: [] };
}
