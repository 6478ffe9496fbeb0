import type { DataTable } from "../csv";
import { formatter } from "../format";
import type { ComparisonCell, ComparisonTable, GroupRow } from "./comparisonTable";
import type { ComparisonTexts, WrittenCell } from "./comparisonText";
import { writeCell } from "./comparisonText";

export interface ExportTexts extends ComparisonTexts {
  /** Header of the first column. */
  readonly name: string;
  /** What the figures are: split, spread, number of seeds. */
  readonly note: string;
}

/** Papers are written with points, whatever the language of the editor. */
const format = formatter("en");

/** A row per group in Markdown: mean ± standard deviation, the best mean of each metric bold. */
export function comparisonMarkdown(table: ComparisonTable, texts: ExportTexts): string {
  const plain = (text: string): string => text.replace(/[\\|*_`<>[\]]/g, "\\$&").replaceAll("\n", " ");
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const written = ({ text, sd }: WrittenCell, { isBest = false }: ComparisonCell): string => {
    const mean = isBest ? `**${plain(text)}**` : plain(text);
    return sd === undefined ? mean : `${mean} ± ${plain(sd)}`;
  };
  return [
    line([texts.name, ...table.columns.map(texts.column)].map(plain)),
    line(["---", ...table.columns.map(({ kind }) => (isWord(kind) ? "---" : "---:"))]),
    ...table.rows.map((row) => line([plain(row.group.label), ...cellsOf(table, row, texts, written)])),
    "",
    plain(texts.note),
    "",
  ].join("\n");
}

/** A row per group as a LaTeX table for `booktabs`: mean ± standard deviation, the best mean of each metric bold. */
export function comparisonLatex(table: ComparisonTable, texts: ExportTexts): string {
  const row = (cells: readonly string[]): string => `    ${cells.join(" & ")} \\\\`;
  const written = ({ text, sd }: WrittenCell, { isBest = false }: ComparisonCell): string => {
    const mean = isBest ? `\\textbf{${escapeLatex(text)}}` : escapeLatex(text);
    return sd === undefined ? mean : `${mean} $\\pm$ ${escapeLatex(sd)}`;
  };
  const alignment = `l${table.columns.map(({ kind }) => (isWord(kind) ? "l" : "r")).join("")}`;
  return [
    "% \\usepackage{booktabs}",
    "\\begin{table}",
    "  \\centering",
    `  \\begin{tabular}{${alignment}}`,
    "    \\toprule",
    row([texts.name, ...table.columns.map(texts.column)].map(escapeLatex)),
    "    \\midrule",
    ...table.rows.map((each) => row([escapeLatex(each.group.label), ...cellsOf(table, each, texts, written)])),
    "    \\bottomrule",
    "  \\end{tabular}",
    `  \\caption{${escapeLatex(texts.note)}}`,
    "\\end{table}",
    "",
  ].join("\n");
}

/** Groups and runs in full precision: the groups' rows have means, deviations and intervals in columns of their own. */
export function comparisonData(table: ComparisonTable): DataTable {
  const fields = table.columns.flatMap(({ kind, name, id }, c) => {
    const field = (column: string, pick: (cell: ComparisonCell) => number | string | undefined) => ({
      column,
      pick: (cells: readonly ComparisonCell[]) => pick(cells[c] ?? {}),
    });
    const own = (cell: ComparisonCell): number | string | undefined => (cell.isVarying ? "*" : cell.value);
    if (kind === "interval")
      return [
        field(`${name} 95% low`, ({ interval }) => interval?.[0]),
        field(`${name} 95% high`, ({ interval }) => interval?.[1]),
      ];
    if (kind === "difference") return [field(id, own), field(`${id} pairs`, ({ pairs }) => pairs)];
    const isSpread = kind === "metric" || kind === "bytes" || kind === "seconds";
    return [
      field(isWord(kind) || kind === "pValue" ? id : name, own),
      ...(isSpread ? [field(`${name} sd`, ({ sd }) => sd)] : []),
    ];
  });
  const rows = table.rows.flatMap((row) => [
    { head: ["group", row.group.label, "", ""], cells: row.cells },
    ...row.runs.map(({ run, cells }) => ({ head: ["run", row.group.label, run.seed, run.name], cells })),
  ]);
  const heads = ["row", "group", "seed", "run"];
  return {
    columns: [...heads, ...fields.map(({ column }) => column)],
    rowCount: rows.length,
    cell(row, column) {
      const { head = [], cells = [] } = rows[row] ?? {};
      if (column < heads.length) return head[column] ?? "";
      return fields[column - heads.length]?.pick(cells) ?? Number.NaN;
    },
  };
}

function cellsOf(
  table: ComparisonTable,
  { cells }: GroupRow,
  texts: ExportTexts,
  written: (cell: WrittenCell, known: ComparisonCell) => string,
): readonly string[] {
  return cells.map((cell, c) => written(writeCell(table, c, cell, format, texts), cell));
}

function isWord(kind: string): boolean {
  return kind === "setting" || kind === "circumstance";
}

const latexWords: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "→": "$\\rightarrow$",
  "±": "$\\pm$",
  Δ: "$\\Delta$",
  "<": "$<$",
  ">": "$>$",
  "…": "\\ldots{}",
};

/** A text with the characters that LaTeX reads as commands spelt out. */
export function escapeLatex(text: string): string {
  return text
    .replaceAll("\n", " ")
    .replace(/[\\~^→±Δ<>…]|[#$%&_{}]/g, (character) => latexWords[character] ?? `\\${character}`);
}
