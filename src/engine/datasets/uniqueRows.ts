import type { DataRow } from "./dataset";
import type { ProblemList } from "./problemList";
import type { SettledRow } from "./settleSplits";

/** A row that has a name of its own within its split. */
export type NamedRow<Row extends DataRow> = SettledRow<Row> & { readonly id: string };

/**
 * Names rows: by their own id, else by their image or video, followed by how many rows of it came before where it has several.
 * Of rows of a split with the same id the first is kept and the others are reported.
 */
export function uniqueRows<Row extends DataRow>(
  rows: readonly SettledRow<Row>[],
  { problems, hasSeveral }: { readonly problems: ProblemList; readonly hasSeveral: boolean },
): NamedRow<Row>[] {
  const counts = new Map<string, number>();
  const seen = new Set<string>();
  return rows.flatMap((row): NamedRow<Row>[] => {
    const { id, split, media, place } = row;
    if (id === undefined) {
      if (!hasSeveral) return [{ ...row, id: media }];
      const within = JSON.stringify([split, media]);
      const count = counts.get(within) ?? 0;
      counts.set(within, count + 1);
      return [{ ...row, id: `${media}#${count}` }];
    }
    const name = JSON.stringify([split, id]);
    if (seen.has(name)) {
      problems.add(place, `the id "${id}" occurs twice in the split "${split}"; give every row its own`);
      return [];
    }
    seen.add(name);
    return [{ ...row, id }];
  });
}
