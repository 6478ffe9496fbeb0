import type { AblationRow, AblationTable } from "./ablationTable";
import { escapeLatex } from "./comparison/comparisonExport";
import { formatter } from "./format";
import { metricLabel } from "./metricGroups";

export const ablationFormats = ["text", "markdown", "latex", "json"] as const;
export type AblationFormat = (typeof ablationFormats)[number];

const { bytes, integer } = formatter("en");

/** A figure as it is written, with what stands behind a ± sign. */
interface Figure {
  readonly text: string;
  readonly sd?: string | undefined;
  readonly isBest?: boolean;
}

interface Figures {
  readonly heading: readonly string[];
  readonly rows: readonly (readonly Figure[])[];
  /** What the figures are. */
  readonly note: string;
}

/** Columns and cells of the table in words; the first column is the cell's name. */
function figuresOf({ metric, metrics, rows }: AblationTable): Figures {
  const counts = rows.map(({ seeds }) => seeds.length);
  const most = Math.max(0, ...counts);
  return {
    heading: [
      "cell",
      "seeds",
      ...metrics.map(metricLabel),
      `Δ ${metricLabel(metric)}`,
      "p",
      "params",
      "peak memory",
      "train s",
    ],
    rows: rows.map((row) => [
      { text: row.isBase ? `${row.cell} (base)` : row.cell },
      { text: String(row.seeds.length) },
      ...metrics.map((each) => metricFigure(row, each)),
      differenceOf(row),
      { text: row.difference && row.difference.pairs > 1 ? row.difference.pValue.toFixed(3) : "–" },
      { text: row.trainableParams === undefined ? "–" : integer(row.trainableParams) },
      { text: row.peakRssBytes === undefined ? "–" : bytes(row.peakRssBytes) },
      row.trainSeconds ? spread(row.trainSeconds.mean, row.trainSeconds.standardDeviation) : { text: "–" },
    ]),
    note: noteOf(most, Math.min(most, ...counts)),
  };
}

function noteOf(most: number, fewest: number): string {
  const seeds = fewest === most ? `${most}` : `${fewest} to ${most}`;
  const spreads = most > 1 ? `mean ± standard deviation over ${seeds} seeds` : "one seed, so no spread is known";
  // With n pairs, both signs of all of them are the most extreme of 2ⁿ arrangements.
  const least = most > 1 ? ` ${most} paired seeds give no p below ${(2 / 2 ** most).toFixed(3)}.` : "";
  return `Test split, best epoch by validation; ${spreads}. Δ: difference to the base, paired by seed. p: paired permutation test, two-sided.${least} Peak memory: highest resident memory measured in any of the cell's runs.`;
}

function metricFigure({ metrics, best }: AblationRow, metric: string): Figure {
  const known = metrics[metric];
  if (!known) return { text: "–" };
  return { ...spread(known.mean, known.standardDeviation), isBest: best.includes(metric) };
}

function differenceOf({ difference, isBase }: AblationRow): Figure {
  if (!difference) return { text: isBase ? "" : "–" };
  return { text: `${difference.mean < 0 ? "−" : "+"}${Math.abs(difference.mean).toFixed(1)}` };
}

function spread(center: number, deviation: number | undefined): Figure {
  return { text: center.toFixed(1), sd: deviation?.toFixed(1) };
}

/** Heading and rows for a plain table; the best mean of each metric has a star. */
export function ablationCells(table: AblationTable): {
  heading: readonly string[];
  rows: readonly string[][];
  note: string;
} {
  const { heading, rows, note } = figuresOf(table);
  const hasStar = rows.map((_, r) => rows[r]?.map(({ isBest }) => isBest === true));
  const starred = heading.map((_, c) => hasStar.some((row) => row?.[c]));
  return {
    heading,
    rows: rows.map((row) => row.map((figure, c) => `${plain(figure)}${figure.isBest ? " *" : starred[c] ? "  " : ""}`)),
    note: `${note} *: best mean.`,
  };
}

/** A Markdown table; the best mean of each metric is bold. */
export function ablationMarkdown(table: AblationTable): string {
  const { heading, rows, note } = figuresOf(table);
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const written = ({ text, sd, isBest }: Figure): string =>
    `${isBest ? `**${text}**` : text}${sd === undefined ? "" : ` ± ${sd}`}`;
  return [
    line(heading),
    line(heading.map((_, c) => (c === 0 ? "---" : "---:"))),
    ...rows.map((row) => line(row.map(written))),
    "",
    note,
  ].join("\n");
}

/** A LaTeX table for `booktabs`; the best mean of each metric is bold. */
export function ablationLatex(table: AblationTable): string {
  const { heading, rows, note } = figuresOf(table);
  const row = (cells: readonly string[]): string => `    ${cells.join(" & ")} \\\\`;
  const written = ({ text, sd, isBest }: Figure): string => {
    const center = escapeLatex(text).replace("−", "$-$");
    return `${isBest ? `\\textbf{${center}}` : center}${sd === undefined ? "" : ` $\\pm$ ${sd}`}`;
  };
  return [
    "% \\usepackage{booktabs}",
    "\\begin{table}",
    "  \\centering",
    `  \\begin{tabular}{l${"r".repeat(heading.length - 1)}}`,
    "    \\toprule",
    row(heading.map(escapeLatex)),
    "    \\midrule",
    ...rows.map((cells) => row(cells.map(written))),
    "    \\bottomrule",
    "  \\end{tabular}",
    `  \\caption{${escapeLatex(note)}}`,
    "\\end{table}",
  ].join("\n");
}

function plain({ text, sd }: Figure): string {
  return sd === undefined ? text : `${text} ± ${sd}`;
}
