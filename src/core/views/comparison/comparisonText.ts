import type { Formatter } from "../format";
import type { ComparisonCell, ComparisonColumn, ComparisonTable } from "./comparisonTable";

/** Names of what has no name of its own, in the user's language. */
export interface ComparisonTexts {
  readonly varies: string;
  /** Header of a column. */
  readonly column: (column: ComparisonColumn) => string;
}

/** Figures of one column have as many decimals as its largest needs for four digits, so that they line up. */
function decimalsOf(table: ComparisonTable, c: number): number {
  const figures = table.rows.flatMap(({ cells, runs }) => [cells[c], ...runs.map((run) => run.cells[c])]);
  const sizes = figures.flatMap((cell) => (typeof cell?.value === "number" ? [Math.abs(cell.value)] : []));
  const largest = Math.max(...sizes.filter(Number.isFinite), 0);
  return largest === 0 ? 1 : Math.max(0, Math.min(4, 3 - Math.floor(Math.log10(largest))));
}

/** How a cell is written: mean, and what stands behind a ± sign. */
export interface WrittenCell {
  readonly text: string;
  readonly sd?: string;
}

/** @param c position of the column in the table */
export function writeCell(
  table: ComparisonTable,
  c: number,
  cell: ComparisonCell,
  format: Formatter,
  { varies }: Pick<ComparisonTexts, "varies">,
): WrittenCell {
  const kind = table.columns[c]?.kind;
  const { value, sd, interval, outOf, isVarying = false } = cell;
  if (isVarying) return { text: varies };
  const decimals = decimalsOf(table, c);
  const fixed = (figure: number): string => format.fixed(figure, decimals);
  if (kind === "interval") return { text: interval ? `${fixed(interval[0])} … ${fixed(interval[1])}` : "" };
  if (value === undefined) return { text: "" };
  if (typeof value === "string") return { text: value.replaceAll("\n", ", ") };
  switch (kind) {
    case "metric":
      return { text: fixed(value), ...(sd !== undefined && { sd: fixed(sd) }) };
    case "difference": {
      const text = `${value > 0 ? "+" : ""}${fixed(value)}`;
      return { text: interval ? `${text} (${fixed(interval[0])} … ${fixed(interval[1])})` : text };
    }
    case "pValue":
      return { text: value < 0.001 ? "< 0.001" : format.fixed(value, 3) };
    case "count":
      return { text: outOf === undefined || outOf === value ? format.integer(value) : `${value} / ${outOf}` };
    case "bytes":
      return { text: format.bytes(value) };
    case "seconds":
      return { text: format.duration(value) };
    case "params":
    case "setting":
    case "circumstance":
    case undefined:
      return { text: format.integer(value) };
  }
}
