import { type CsvError, parse } from "csv-parse/sync";

import { UserError } from "../../../core/errors";
import type { Place } from "../dataset";
import type { ProblemList } from "../problemList";

/** A file with named columns. */
export interface Table {
  /** Lower case, as in the first line. */
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
}

export interface TableRow {
  readonly place: Place;
  readonly cells: readonly string[];
}

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** Column names of the first line of a text, lower case. */
export function columnNames(content: string): readonly string[] {
  const header = firstLine(content);
  return header.split(delimiterOf(header)).map((name) => name.replace(/^"|"$/g, "").trim().toLowerCase());
}

/**
 * CSV with a header, separated by commas, semicolons or tabs.
 * @throws UserError when the text cannot be parsed
 */
export function parseTable(file: string, content: string): Table {
  const [header, ...records] = parseCsv(file, content);
  const columns = (header?.record ?? []).map((name) => name.trim().toLowerCase());
  let lines = header?.info.lines ?? 1;
  const rows = records.map(({ record, info }) => {
    // `lines` counts to the end of a record; a quoted text may span several, so the start is where the one before ended.
    const line = lines + 1;
    ({ lines } = info);
    return { place: { file, line }, cells: record.map((cell) => cell.trim()) };
  });
  return { columns, rows };
}

/** The rows of a table with as many cells as columns; others, whose texts are probably cut at a separator, are reported. */
export function wholeRows({ columns, rows }: Table, problems: ProblemList): readonly TableRow[] {
  return rows.filter(({ place, cells }) => {
    const isWhole = cells.length <= columns.length;
    if (!isWhole)
      problems.add(
        place,
        `has ${cells.length} cells for ${columns.length} columns; put texts with commas in double quotes`,
      );
    return isWhole;
  });
}

/**
 * Position of a column.
 * @param among names that mean the same, the first being the usual one
 * @throws UserError when the table has none of them
 */
export function columnOf(file: string, { columns }: Table, among: readonly string[], all: string): number {
  const index = columns.findIndex((name) => among.includes(name));
  if (index < 0)
    throw new UserError(
      `"${file}" has no column "${among[0] ?? ""}" (found ${columns.map((name) => `"${name}"`).join(", ")}); ` +
        `its first line must name ${all}.`,
    );
  return index;
}

function parseCsv(file: string, content: string): CsvRecord[] {
  try {
    return parse(content, {
      delimiter: delimiterOf(firstLine(content)),
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
    }) as unknown as CsvRecord[];
  } catch (cause) {
    const { message, lines } = cause as CsvError;
    throw new UserError(
      `"${file}", line ${String(lines)}: ${message}; put texts with commas or quotes in double quotes and double the quotes within.`,
      { cause },
    );
  }
}

function firstLine(content: string): string {
  return content.slice(0, content.search(/\r?\n|$/));
}

/** The separator that occurs most often in the header. */
function delimiterOf(header: string): string {
  const counts = [",", ";", "\t"].map((delimiter) => ({ delimiter, count: header.split(delimiter).length }));
  return counts.reduce((best, candidate) => (candidate.count > best.count ? candidate : best)).delimiter;
}
