import type { DataTable } from "../../src/core/views/csv";
import { element } from "./dom";
import type { Ui } from "./ui";

/** Rows that a page shows; editors and spreadsheets are better at more. */
const maxRows = 200;

/** A data table as HTML: the first and the last row and evenly spaced ones between, when there are many. */
export function dataTable({ columns, rowCount, cell }: DataTable, name: string, { texts }: Ui): HTMLElement {
  const shown = Math.min(rowCount, maxRows);
  const stride = shown > 1 ? (rowCount - 1) / (shown - 1) : 0;
  const written = (value: string | number): string => {
    if (typeof value === "string") return value;
    return Number.isNaN(value) ? "–" : Number.isInteger(value) ? String(value) : texts.format.number(value);
  };
  const rows = Array.from({ length: shown }, (_, i) => {
    const row = Math.round(i * stride);
    const cells = columns.map((_, column) => {
      const value = cell(row, column);
      return element("td", typeof value === "number" ? { class: "figure" } : {}, written(value));
    });
    return element("tr", {}, ...cells);
  });
  const isFigure = (column: number): boolean => rowCount > 0 && typeof cell(0, column) === "number";
  const headers = columns.map((name, i) => {
    return element("th", { scope: "col", class: isFigure(i) ? "figure" : undefined }, name);
  });
  const head = element("tr", {}, ...headers);
  const caption = rowCount > shown ? texts.label("tableRows", shown, rowCount) : "";
  return element(
    "div",
    { class: "table-scroll", tabindex: "0", role: "region", "aria-label": name },
    caption === "" ? undefined : element("p", { class: "hint" }, caption),
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows)),
  );
}
