import type { DataRow } from "./dataset";
import { existingFiles } from "./files/existingFiles";
import type { ProblemList } from "./problemList";

const namedExamples = 3;

/** A row whose image or video exists. */
export type PlacedRow<Row extends DataRow> = Row & { readonly path: string };

/** How messages speak of the files of a data set. */
export interface MediaWords {
  /** "images" */
  readonly noun: string;
  /** The setting for their folder: "data.images". */
  readonly key: string;
}

/**
 * The rows whose image or video exists, each with its absolute path. The others are one problem per data file, since a wrong
 * folder would be thousands.
 */
export async function withMedia<Row extends DataRow>(
  rows: readonly Row[],
  { noun, key }: MediaWords,
  problems: ProblemList,
): Promise<PlacedRow<Row>[]> {
  const existing = await existingFiles(candidatesOf(rows));
  // Rows of one image share their candidates.
  const paths = new Map<readonly string[], string | undefined>();
  const pathOf = (candidates: readonly string[]): string | undefined => {
    if (!paths.has(candidates))
      paths.set(
        candidates,
        candidates.find((candidate) => existing.has(candidate)),
      );
    return paths.get(candidates);
  };
  const found: PlacedRow<Row>[] = [];
  const files = new Map<string, { readonly all: Set<string>; readonly missing: Map<string, Row> }>();
  for (const row of rows) {
    const { candidates, place } = row;
    const known = files.get(place.file) ?? { all: new Set(), missing: new Map<string, Row>() };
    files.set(place.file, known);
    const name = candidates[0] ?? "";
    known.all.add(name);
    const path = pathOf(candidates);
    if (path !== undefined) found.push({ ...row, path });
    else if (!known.missing.has(name)) known.missing.set(name, row);
  }
  for (const { all, missing } of files.values()) {
    const [first] = missing.values();
    if (!first) continue;
    const { file, line } = first.place;
    const names = [...missing.values()].slice(0, namedExamples).map(({ media }) => `"${media}"`);
    const rest = missing.size > namedExamples ? ", …" : "";
    problems.add(
      { file, ...(line !== undefined && { line }) },
      `${missing.size} of ${all.size} ${noun} do not exist: ${names.join(", ")}${rest}; paths start from the folder of the data file, ` +
        `or from "${key}"`,
    );
  }
  return found;
}

function* candidatesOf(rows: readonly DataRow[]): Generator<string> {
  for (const candidates of new Set(rows.map((row) => row.candidates))) yield* candidates;
}
