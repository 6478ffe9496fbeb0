/** A table of text in columns: the first left-aligned, the others right-aligned, a rule under the heading. */
export function renderTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heading.map((title, column) => Math.max(width(title), ...rows.map((row) => width(row[column] ?? ""))));
  const line = (cells: readonly string[]): string =>
    widths
      .map((size, column) => pad(cells[column] ?? "", size, column > 0))
      .join("  ")
      .trimEnd();
  return [line(heading), widths.map((size) => "─".repeat(size)).join("  "), ...rows.map(line)].join("\n");
}

/** Every character used in tables is one column wide; combining marks are not used. */
function width(text: string): number {
  return Array.from(text).length;
}

function pad(text: string, size: number, isRight: boolean): string {
  const space = " ".repeat(Math.max(0, size - width(text)));
  return isRight ? space + text : text + space;
}
