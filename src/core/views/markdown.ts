/** A table of plain texts as Markdown; the first row is its heading. */
export function markdownTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(" | ")} |`;
  return [line(heading), `| ${heading.map(() => "---").join(" | ")} |`, ...rows.map(line)].join("\n");
}

/** Text that Markdown shows as it is, in one line. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~]/g, "\\$&").replace(/\s+/g, " ");
}
