/** A series in a nutshell, for people who read instead of looking. Rows count from 0. */
export interface SeriesSummary {
  readonly count: number;
  readonly first: number;
  readonly last: number;
  readonly lowest: { readonly value: number; readonly row: number };
  readonly highest: { readonly value: number; readonly row: number };
  /** Values that are not finite. */
  readonly gaps: number;
}

/** @returns undefined when no value is finite */
export function summarizeSeries(y: Float64Array): SeriesSummary | undefined {
  let [first, last, count] = [Number.NaN, Number.NaN, 0];
  let lowest = { value: Infinity, row: -1 };
  let highest = { value: -Infinity, row: -1 };
  y.forEach((value, row) => {
    if (!Number.isFinite(value)) return;
    if (count === 0) first = value;
    last = value;
    count++;
    if (value < lowest.value) lowest = { value, row };
    if (value > highest.value) highest = { value, row };
  });
  return count === 0 ? undefined : { count, first, last, lowest, highest, gaps: y.length - count };
}
