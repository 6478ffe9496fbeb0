import { lowerBound } from "./columnTable";

export interface Window {
  readonly from: number;
  readonly to: number;
}

/**
 * Chooses which points of a long series are drawn: the lowest and the highest of each of `buckets` equal slices of the x axis,
 * so that no spike is lost. Takes all of them when there are few. The neighbours outside the window are included, so that
 * lines run to the edge.
 *
 * A slice with no finite value keeps its first point: the gap stays visible.
 *
 * @param x rises, or stays equal
 * @returns rows, ascending; at most 2 · buckets + 2
 */
export function decimate(x: Float64Array, y: Float64Array, buckets: number, window?: Window): Uint32Array {
  const from = window?.from ?? x[0] ?? 0;
  const to = window?.to ?? x.at(-1) ?? 0;
  const start = lowerBound(x, from);
  const end = window ? upperBound(x, to) : x.length;
  const rows = end - start <= 2 * buckets ? range(start, end) : extremes(x, y, { start, end, from, to, buckets });
  const before = start > 0 ? [start - 1] : [];
  const after = end < x.length ? [end] : [];
  return Uint32Array.from([...before, ...rows, ...after]);
}

interface Slices extends Window {
  readonly start: number;
  readonly end: number;
  readonly buckets: number;
}

function extremes(x: Float64Array, y: Float64Array, { start, end, from, to, buckets }: Slices): number[] {
  const rows: number[] = [];
  const width = (to - from) / buckets;
  for (let row = start, bucket = 1; row < end; bucket++) {
    const edge = bucket >= buckets ? Infinity : from + bucket * width;
    const first = row;
    let lowest = -1;
    let highest = -1;
    for (; row < end && (x[row] ?? Infinity) < edge; row++) {
      const value = y[row] ?? Number.NaN;
      if (!Number.isFinite(value)) continue;
      if (lowest === -1 || value < (y[lowest] ?? 0)) lowest = row;
      if (highest === -1 || value > (y[highest] ?? 0)) highest = row;
    }
    if (row === first) continue;
    if (lowest === -1) rows.push(first);
    else if (lowest === highest) rows.push(lowest);
    else rows.push(Math.min(lowest, highest), Math.max(lowest, highest));
  }
  return rows;
}

function upperBound(sorted: Float64Array, bound: number): number {
  let row = lowerBound(sorted, bound);
  while (row < sorted.length && sorted[row] === bound) row++;
  return row;
}

function range(start: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);
}
