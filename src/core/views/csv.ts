/** A table as it is shown, copied and exported. Numbers are in full precision; what was not measured is empty. */
export interface DataTable {
  readonly columns: readonly string[];
  readonly rowCount: number;
  readonly cell: (row: number, column: number) => string | number;
}

/** A data table as CSV (RFC 4180), with a header line. */
export function csv(table: DataTable): string {
  const lines = [table.columns.map(quoted).join(",")];
  for (let row = 0; row < table.rowCount; row++)
    lines.push(table.columns.map((_, column) => quoted(table.cell(row, column))).join(","));
  return `${lines.join("\r\n")}\r\n`;
}

/** Spreadsheets run cells that begin with these as formulas; layer names and messages are not ours, so they are disarmed. */
const formula = /^[=+\-@\t\r]/;

function quoted(cell: string | number): string {
  if (typeof cell === "number") return Number.isNaN(cell) ? "" : String(cell);
  const text = formula.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
