import { lowerBound } from "../../src/core/views/columnTable";
import type { Window } from "../../src/core/views/decimate";
import { smooth } from "../../src/core/views/smooth";

export type XUnit = "step" | "epoch" | "seconds";

/** A line of a chart, raw. */
export interface Line {
  readonly id: string;
  readonly label: string;
  /** Which colour, dash and marker it has. */
  readonly tone: number;
  /** Never falls. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Points worth a marker of their own, such as evaluations. */
  readonly hasMarkers: boolean;
  readonly isSmoothable: boolean;
  /** How far the values spread around `y`, such as mean ± sd over seeds; drawn as an area. */
  readonly spread?: { readonly low: Float64Array; readonly high: Float64Array } | undefined;
  /** A line in the background, such as one seed behind the mean of its group. */
  readonly isFaint?: boolean;
  /** Points that are not joined, such as a single test. */
  readonly isUnjoined?: boolean;
  /** A point to mark, such as the best epoch. */
  readonly markedRow?: number | undefined;
}

/** A stretch of the x axis with a name, such as a phase. */
export interface Band {
  readonly from: number;
  readonly to: number;
  readonly name: string;
  readonly tone: number;
}

export interface LineModel {
  readonly lines: readonly Line[];
  readonly bands?: readonly Band[];
  readonly unit: XUnit;
  readonly xTitle: string;
  /** Undefined: all of it. */
  readonly window: Window | undefined;
  readonly isLogY: boolean;
  /** Weight of the moving average; 0 is off. */
  readonly smoothing: number;
  readonly hidden: ReadonlySet<string>;
  readonly startsAtZero?: boolean;
  readonly isBytes?: boolean;
  /** Changes whenever the data do. */
  readonly revision: number;
  readonly formatX: (value: number) => string;
  readonly formatY: (value: number) => string;
}

/** The x values that the lines and bands cover together. */
export function extentOf({ lines, bands = [] }: Pick<LineModel, "lines" | "bands">): Window {
  const filled = lines.filter(({ x }) => x.length > 0);
  if (filled.length === 0) return { from: 0, to: 1 };
  const from = Math.min(...filled.map(({ x }) => x[0] ?? 0), ...bands.map((band) => band.from));
  const to = Math.max(...filled.map(({ x }) => x.at(-1) ?? 0), ...bands.map((band) => band.to));
  return to > from ? { from, to } : { from: from - 0.5, to: to + 0.5 };
}

/** The row whose x is closest; -1 for a line without points. */
export function nearestRow({ x }: Line, at: number): number {
  if (x.length === 0) return -1;
  const after = Math.min(x.length - 1, lowerBound(x, at));
  const before = Math.max(0, after - 1);
  return at - (x[before] ?? 0) < (x[after] ?? 0) - at ? before : after;
}

/** The row that a cursor at `at` means; -1 for none. Lone points are meant only when the cursor is close. */
export function rowAt(line: Line, at: number, { from, to }: Window): number {
  const row = nearestRow(line, at);
  const isFar = Math.abs((line.x[row] ?? at) - at) > (to - from) * 0.02;
  return line.isUnjoined === true && isFar ? -1 : row;
}

export interface ChartPoint {
  readonly x: number;
  readonly y: number;
  /** Where a line leaves the window: no value of its own. */
  readonly isEdge?: boolean;
}

/** Ends a line at the edges of the window, so that the y axis fits what is seen and not what lies beyond. */
export function cutAtEdges(points: readonly ChartPoint[], { from, to }: Window, isUnjoined: boolean): ChartPoint[] {
  const inside = points.filter(({ x }) => x >= from && x <= to);
  if (isUnjoined) return inside;
  const crossing = (edge: number): readonly ChartPoint[] => {
    const after = points.findIndex(({ x }) => x > edge);
    const [a, b] = [points[after - 1], points[after]];
    if (!a || !b || a.x === edge) return [];
    return [{ x: edge, y: a.y + ((b.y - a.y) * (edge - a.x)) / (b.x - a.x), isEdge: true }];
  };
  return [...crossing(from), ...inside, ...crossing(to)];
}

interface CacheEntry {
  readonly revision: number;
  readonly weight: number;
  readonly unit: XUnit;
  readonly values: Float64Array;
}

/** Smoothed values by line, computed anew only when the data or the weight changed. */
export class SmoothedLines {
  readonly #cache = new Map<string, CacheEntry>();

  of({ id, y, isSmoothable }: Line, { revision, smoothing: weight, unit }: LineModel): Float64Array {
    if (!isSmoothable || weight <= 0) return y;
    const cached = this.#cache.get(id);
    if (cached?.revision === revision && cached.weight === weight && cached.unit === unit) return cached.values;
    const values = smooth(y, weight);
    this.#cache.set(id, { revision, weight, unit, values });
    return values;
  }
}
