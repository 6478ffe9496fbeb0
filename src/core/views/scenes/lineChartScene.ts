import { decimate } from "../decimate";
import type { Window } from "../decimate";
import { byteTicks, logTicks, niceTicks } from "../niceTicks";
import type { Scene, Shape, Tone } from "./scene";
import { label, line, rect, textWidth } from "./scene";

export interface PrintedSeries {
  readonly label: string;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly tone: Tone;
  /** Lengths of dashes and gaps, so that lines differ without colour. */
  readonly dash: readonly number[];
  readonly hasMarkers: boolean;
  /** Points without a line, such as a single test. */
  readonly isUnjoined?: boolean;
  /** Raw values behind a smoothed line. */
  readonly isFaint?: boolean;
  /** How far the values spread around `y`: an area. */
  readonly spread?: { readonly low: Float64Array; readonly high: Float64Array } | undefined;
}

export interface PrintedBand extends Window {
  readonly name: string;
  readonly tone: Tone;
}

export interface LineChart {
  readonly title: string;
  readonly xLabel: string;
  readonly series: readonly PrintedSeries[];
  readonly isLogY: boolean;
  /** Values are bytes. */
  readonly isBytes?: boolean | undefined;
  readonly startsAtZero?: boolean | undefined;
  /** Stretches of the x axis with a name. */
  readonly bands?: readonly PrintedBand[] | undefined;
  readonly window?: Window | undefined;
  readonly formatX: (value: number) => string;
  readonly formatY: (value: number) => string;
}

const width = 720;
const height = 400;
const [top, right, bottom] = [34, 16, 64];
/** Points per series: more cannot be told apart on paper. */
const buckets = 700;

/** A line chart for print: what the screen shows, as vectors. */
export function lineChartScene(chart: LineChart): Scene {
  const points = chart.series.map((series) => pointsOf(series, chart));
  const xs = points.flatMap(({ x }) => x);
  const ys = [
    ...points.flatMap(({ y }) => y),
    ...chart.series.flatMap(({ spread }) => (spread ? [...spread.low, ...spread.high] : [])),
  ].filter((y) => Number.isFinite(y) && (!chart.isLogY || y > 0));
  const bands = chart.bands ?? [];
  const x0 = chart.window?.from ?? min([...xs, ...bands.map(({ from }) => from)]);
  const x1 = chart.window?.to ?? max([...xs, ...bands.map(({ to }) => to)]);
  const yTicks = ticksOf(ys, chart);
  const [y0, y1] = [yTicks[0] ?? 0, yTicks.at(-1) ?? 1];
  const left = 20 + Math.max(...yTicks.map((tick) => textWidth(chart.formatY(tick))));
  const toX = (x: number): number => left + ((x - x0) / (x1 - x0 || 1)) * (width - left - right);
  const scaled = chart.isLogY ? Math.log10 : (y: number): number => y;
  const share = (y: number): number => (scaled(y) - scaled(y0)) / (scaled(y1) - scaled(y0) || 1);
  const toY = (y: number): number => height - bottom - share(y) * (height - top - bottom);

  const grid = yTicks.flatMap((tick) => [
    line(left, toY(tick), width - right, toY(tick), "grid"),
    label(chart.formatY(tick), left - 6, toY(tick), "end", "muted"),
  ]);
  const xAxis = niceTicks(x0, x1, 8).flatMap((tick) => [
    line(toX(tick), height - bottom, toX(tick), height - bottom + 4, "axis"),
    label(chart.formatX(tick), toX(tick), height - bottom + 14, "middle", "muted"),
  ]);
  const areas = chart.series.flatMap((series) => area(series, toX, toY, chart));
  const curves = chart.series.flatMap((series, i) =>
    curve(series, points[i] ?? { x: [], y: [] }, toX, toY, chart.isLogY),
  );
  return {
    width,
    height,
    targets: [],
    shapes: [
      {
        ...label(chart.title, left, 16, "start"),
        attributes: { x: left, y: 16, "font-weight": "bold", "font-size": 13 },
      },
      ...bands.flatMap((band) => drawBand(band, { from: x0, to: x1 }, toX)),
      ...grid,
      line(left, height - bottom, width - right, height - bottom, "axis"),
      ...xAxis,
      label(chart.xLabel, (left + width - right) / 2, height - bottom + 32, "middle"),
      ...areas,
      ...curves,
      ...legend(chart.series, left),
    ],
  };
}

function ticksOf(
  ys: readonly number[],
  { isLogY, isBytes = false, startsAtZero = false }: LineChart,
): readonly number[] {
  if (isLogY) return logTicks(min(ys), max(ys));
  if (isBytes) return byteTicks(max(ys));
  return paddedTicks(startsAtZero ? Math.min(0, min(ys)) : min(ys), max(ys));
}

function drawBand({ from, to, name, tone }: PrintedBand, window: Window, toX: (x: number) => number): readonly Shape[] {
  const [start, end] = [toX(Math.max(from, window.from)), toX(Math.min(to, window.to))];
  if (end <= start) return [];
  const area = rect(start, top, end - start, height - top - bottom, tone, { "fill-opacity": 0.13 });
  return textWidth(name) + 8 < end - start ? [area, label(name, start + 4, top + 9, "start", "muted")] : [area];
}

/** The area between low and high, in as many pieces as gaps make; nothing on a logarithmic axis where low is not positive. */
function area(
  { x, spread, tone }: PrintedSeries,
  toX: (x: number) => number,
  toY: (y: number) => number,
  { window, isLogY }: LineChart,
): readonly Shape[] {
  if (!spread) return [];
  const { low, high } = spread;
  const isDrawn = (row: number): boolean => {
    const [at = 0, from = Number.NaN, to = Number.NaN] = [x[row], low[row], high[row]];
    const isInside = window === undefined || (at >= window.from && at <= window.to);
    return isInside && Number.isFinite(from + to) && (!isLogY || from > 0);
  };
  const pieces: number[][] = [[]];
  for (const row of x.keys()) {
    if (isDrawn(row)) pieces.at(-1)?.push(row);
    else if (pieces.at(-1)?.length !== 0) pieces.push([]);
  }
  return pieces
    .filter((rows) => rows.length > 1)
    .map((rows): Shape => {
      const point = (row: number, y: Float64Array): string =>
        `${toX(x[row] ?? 0).toFixed(2)} ${toY(y[row] ?? 0).toFixed(2)}`;
      const outline = [...rows.map((row) => point(row, high)), ...rows.toReversed().map((row) => point(row, low))];
      return { tag: "path", attributes: { d: `M${outline.join("L")}Z`, "fill-opacity": 0.18 }, fill: tone };
    });
}

interface Points {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

function pointsOf({ x, y }: PrintedSeries, { window }: LineChart): Points {
  const rows = [...decimate(x, y, buckets, window)].filter((row) => {
    const at = x[row] ?? 0;
    return window === undefined || (at >= window.from && at <= window.to);
  });
  return { x: rows.map((row) => x[row] ?? 0), y: rows.map((row) => y[row] ?? Number.NaN) };
}

function curve(
  { tone, dash, hasMarkers, isFaint = false, isUnjoined = false }: PrintedSeries,
  { x, y }: Points,
  toX: (x: number) => number,
  toY: (y: number) => number,
  isLogY: boolean,
): readonly Shape[] {
  let isPenDown = false;
  const moves = x.map((at, i) => {
    const value = y[i] ?? Number.NaN;
    const isDrawn = Number.isFinite(value) && (!isLogY || value > 0);
    const move = isDrawn ? `${isPenDown ? "L" : "M"}${toX(at).toFixed(2)} ${toY(value).toFixed(2)}` : "";
    isPenDown = isDrawn;
    return move;
  });
  const style = {
    "stroke-width": isFaint ? 1 : 1.6,
    "stroke-opacity": isFaint ? 0.35 : 1,
    "stroke-linejoin": "round",
    ...(dash.length > 0 && { "stroke-dasharray": dash.join(" ") }),
  };
  const path: Shape = { tag: "path", attributes: { d: moves.join(""), ...style }, fill: "none", stroke: tone };
  const isMarked = hasMarkers && x.length <= 60;
  const markers = x.flatMap((at, i): readonly Shape[] => {
    const value = y[i] ?? Number.NaN;
    if (!isMarked || !Number.isFinite(value) || (isLogY && value <= 0)) return [];
    const place = { cx: toX(at), cy: toY(value) };
    if (isUnjoined) return [hollowMarker(place.cx, place.cy, tone)];
    return [{ tag: "circle", attributes: { ...place, r: 2.6 }, fill: tone }];
  });
  return isUnjoined ? markers : [path, ...markers];
}

function legend(series: readonly PrintedSeries[], left: number): readonly Shape[] {
  let x = left;
  return series
    .filter(({ isFaint }) => isFaint !== true)
    .flatMap(({ label: text, tone, dash, isUnjoined = false }) => {
      const start = x;
      x += 40 + textWidth(text);
      if (isUnjoined)
        return [hollowMarker(start + 11, height - 14, tone), label(text, start + 28, height - 14, "start")];
      const sample = line(start, height - 14, start + 22, height - 14, tone, 2);
      const dashes = dash.length > 0 ? { "stroke-dasharray": dash.join(" ") } : {};
      return [
        { ...sample, attributes: { ...sample.attributes, ...dashes } },
        label(text, start + 28, height - 14, "start"),
      ];
    });
}

function hollowMarker(cx: number, cy: number, tone: Tone): Shape {
  return { tag: "circle", attributes: { cx, cy, r: 4, "stroke-width": 1.6 }, fill: "surface", stroke: tone };
}

/** Ticks that reach beyond the values at both ends. */
function paddedTicks(low: number, high: number): readonly number[] {
  const [from, to] = high > low ? [low, high] : [low - Math.abs(low || 1) / 2, low + Math.abs(low || 1) / 2];
  const ticks = niceTicks(from, to, 5);
  const step = (ticks[1] ?? to) - (ticks[0] ?? from) || to - from;
  const first = (ticks[0] ?? from) > from + 1e-12 ? [(ticks[0] ?? from) - step] : [];
  const last = (ticks.at(-1) ?? to) < to - 1e-12 ? [(ticks.at(-1) ?? to) + step] : [];
  return [...first, ...ticks, ...last];
}

function min(values: readonly number[]): number {
  return values.reduce((low, value) => Math.min(low, value), values[0] ?? 0);
}

function max(values: readonly number[]): number {
  return values.reduce((high, value) => Math.max(high, value), values[0] ?? 1);
}
