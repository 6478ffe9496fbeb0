import { UserError } from "../../core/errors";
import { SplitConfig } from "../../core/experiment/dataConfig";
import type { Split } from "../../core/experiment/dataFiles";
import { assignSplits, splitOf } from "./assignSplits";
import type { DataRow } from "./dataset";
import type { ProblemList } from "./problemList";
import type { PlacedRow } from "./withMedia";

/** A row with its final split. */
export type SettledRow<Row extends DataRow> = PlacedRow<Row> & { readonly split: Split };

/**
 * Gives every row its split: the one drawn at random where the experiment wants that or nothing names one, else that of its
 * file, else its own. Random splits keep all rows of an image or video together. Rows whose split is unknown, or another than
 * that of their file, are left out and reported.
 * @throws UserError when several files name no split: one of them could be meant for testing
 */
export function settleSplits<Row extends DataRow>(
  rows: readonly PlacedRow<Row>[],
  config: SplitConfig | undefined,
  problems: ProblemList,
): SettledRow<Row>[] {
  const isNamed = rows.some(({ split, fileSplit }) => split !== undefined || fileSplit !== undefined);
  if (config !== undefined || !isNamed) {
    if (config === undefined) refuseSeveralFiles(rows);
    return atRandom(rows, config ?? SplitConfig.parse({}));
  }
  const others = new Map<string, { readonly row: Row; count: number }>();
  const settled = rows.flatMap((row): SettledRow<Row>[] => {
    const own = row.split === undefined ? undefined : splitOf(row.split);
    if (row.fileSplit !== undefined) {
      if (own === undefined || own === row.fileSplit) return [{ ...row, split: row.fileSplit }];
      const key = JSON.stringify([row.place.file, row.fileSplit]);
      const other = others.get(key);
      if (other) other.count++;
      else others.set(key, { row, count: 1 });
      return [];
    }
    if (own !== undefined) return [{ ...row, split: own }];
    problems.add(
      row.place,
      row.split === undefined
        ? `"${row.media}" names no split although other rows do; write "train", "val" or "test"`
        : `"${row.media}" has the unknown split "${row.split}"; write "train", "val" or "test"`,
    );
    return [];
  });
  for (const { row, count } of others.values())
    problems.add(
      { file: row.place.file },
      `${count} rows name another split than "${row.fileSplit ?? ""}", which the experiment gives this file; they are left out of it`,
    );
  return settled;
}

function atRandom<Row extends DataRow>(rows: readonly PlacedRow<Row>[], config: SplitConfig): SettledRow<Row>[] {
  const paths = [...new Set(rows.map(({ path }) => path))];
  const assigned = assignSplits(paths.length, config);
  const splitOfPath = new Map(paths.map((path, index) => [path, assigned[index] ?? "test"]));
  return rows.map((row) => ({ ...row, split: splitOfPath.get(row.path) ?? "test" }));
}

function refuseSeveralFiles(rows: readonly DataRow[]): void {
  const files = [...new Set(rows.map(({ place }) => place.file))];
  if (files.length > 1)
    throw new UserError(
      `Neither "${files[0] ?? ""}" nor "${files[1] ?? ""}" names splits; write { "train": …, "val": …, "test": … } with the files of ` +
        'each, or let "data.split" divide all of them at random.',
    );
}
