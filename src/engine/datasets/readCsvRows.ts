import { type CsvError, parse } from "csv-parse/sync";

import { UserError } from "../../core/errors";
import { type PairRow, type PairRows, ProblemList } from "./pairDataset";

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * CSV with a header that names the columns `image`, `caption` and, if wanted, `split` and `id`; separated by commas,
 * semicolons or tabs. An image may fill several rows, one caption each.
 * @throws UserError when the file cannot be parsed or a column is missing.
 */
export function readCsv(file: string, content: string): PairRows {
  const records = parseCsv(file, content);
  const header = records[0]?.record.map((name) => name.trim().toLowerCase()) ?? [];
  const column = (name: string): number => {
    const index = header.indexOf(name);
    if (index < 0)
      throw new UserError(
        `"${file}" has no column "${name}" (found ${header.map((found) => `"${found}"`).join(", ")}); ` +
          'its first line must name the columns "image" and "caption", and may add "split" and "id".',
      );
    return index;
  };
  const [image, caption] = [column("image"), header.includes("captions") ? column("captions") : column("caption")];
  const [split, id] = [header.indexOf("split"), header.indexOf("id")];

  const list = new ProblemList(file);
  const rows: PairRow[] = [];
  for (const [index, { record }] of records.slice(1).entries()) {
    // `lines` counts to the end of a record; a quoted text may span several, so the start is where the one before ended.
    const line = (records[index]?.info.lines ?? 0) + 1;
    const cell = (at: number): string => (at < 0 ? "" : (record[at] ?? "").trim());
    if (cell(image) === "") list.add(line, 'the column "image" is empty; write the path of an image file');
    else if (cell(caption) === "") list.add(line, 'the column "caption" is empty; write a text or remove the row');
    else {
      const [splitCell, idCell] = [cell(split), cell(id)];
      rows.push({
        line,
        id: idCell === "" ? undefined : idCell,
        image: cell(image),
        captions: [cell(caption)],
        split: splitCell === "" ? undefined : splitCell,
      });
    }
  }
  return { rows, problems: list.problems };
}

function parseCsv(file: string, content: string): CsvRecord[] {
  try {
    return parse(content, {
      bom: true,
      delimiter: delimiterOf(content),
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

/** The separator that occurs most often in the header. */
function delimiterOf(content: string): string {
  const header = content.slice(0, content.search(/\r?\n|$/));
  const counts = [",", ";", "\t"].map((delimiter) => ({ delimiter, count: header.split(delimiter).length }));
  return counts.reduce((best, candidate) => (candidate.count > best.count ? candidate : best)).delimiter;
}
