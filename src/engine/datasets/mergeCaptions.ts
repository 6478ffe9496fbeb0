import type { DataRow } from "./dataset";
import type { ProblemList } from "./problemList";

interface CaptionedRow extends DataRow {
  readonly captions: readonly string[];
}

/**
 * One row for each image or video, with the captions of all of its rows. Rows that name different splits contradict each other;
 * the same file in several splits of an experiment does not.
 */
export function mergeCaptions<Row extends CaptionedRow>(rows: readonly Row[], problems: ProblemList): Row[] {
  const merged = new Map<string, { readonly row: Row; readonly captions: string[] }>();
  for (const row of rows) {
    const { candidates, fileSplit, split, place, media } = row;
    const key = JSON.stringify([candidates[0], fileSplit]);
    const known = merged.get(key);
    if (!known) merged.set(key, { row, captions: [...row.captions] });
    else if (known.row.split !== split)
      problems.add(
        place,
        `"${media}" is in split "${split ?? ""}" here and "${known.row.split ?? ""}" ${placeText(known.row)}; all of its rows must name one split`,
      );
    else for (const caption of row.captions) known.captions.push(caption);
  }
  return Array.from(merged.values(), ({ row, captions }) => ({ ...row, captions }));
}

function placeText({ place }: DataRow): string {
  if (place.line !== undefined) return `on line ${place.line}`;
  return place.entry === undefined ? "elsewhere" : `in ${place.entry}`;
}
