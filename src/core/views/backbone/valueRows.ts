import type { ModelReport, ReportedValue } from "../../onnx/report/modelReport";

/** A value that can be tapped. */
export interface ValueRow extends ReportedValue {
  /** Place in the order of computation. */
  readonly position: number;
  /** Index of the hidden state that it is. */
  readonly hiddenState?: number | undefined;
}

export interface ValueQuery {
  /** Words that the name, operator or shape holds, in any order and case. */
  readonly text: string;
  /** Only values of this block. */
  readonly block?: number | undefined;
  readonly offset: number;
  readonly limit: number;
}

export interface ValuePage {
  readonly rows: readonly ValueRow[];
  /** Rows that match, on all pages. */
  readonly total: number;
  readonly offset: number;
}

/** All values of a report, in the order of computation. */
export function valueRows({ values = [], hiddenStates }: Pick<ModelReport, "values" | "hiddenStates">): ValueRow[] {
  const states = new Map(hiddenStates.map(({ value, index }) => [value, index]));
  return values.map((value, position) => ({ ...value, position, hiddenState: states.get(value.name) }));
}

/** One page of the values that match a query; an offset beyond the end gives the last page. */
export function valuePage(rows: readonly ValueRow[], { text, block, offset, limit }: ValueQuery): ValuePage {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = rows.filter((row) => (block === undefined || row.block === block) && matches(row, words));
  const lastPage = Math.max(0, Math.floor((found.length - 1) / limit) * limit);
  const start = Math.min(offset, lastPage);
  return { rows: found.slice(start, start + limit), total: found.length, offset: start };
}

function matches({ name, opType, shape }: ValueRow, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = `${name} ${opType} ${shapeText(shape)}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** As people write shapes: 2 × 197 × 768. */
export function shapeText(shape: readonly (number | string)[]): string {
  return shape.join(" × ");
}

/** Rows by name, low to high; names that the model does not have are left out. */
export function rowsNamed(rows: readonly ValueRow[], names: Iterable<string>): ValueRow[] {
  const wanted = new Set(names);
  return rows.filter(({ name }) => wanted.has(name));
}
