import type { Place } from "../dataset";
import type { ProblemList } from "../problemList";
import { columnOf, wholeRows, type TableRow } from "./parseTable";
import type { Source } from "./content";

/** Columns of a table of one's own data: the usual name of each, and others that mean the same. */
export type ColumnNames<Key extends string> = Readonly<Record<Key, readonly string[]>>;

/** One row of a table by column. */
export interface TableEntry<Key extends string> {
  readonly place: Place;
  readonly cells: Readonly<Record<Key, string>>;
  readonly id: string | undefined;
  readonly split: string | undefined;
}

/**
 * The rows of a table, whose columns may stand in any order; `id` and `split` may be there. Rows with an empty cell are
 * reported, except in optional columns.
 * @param optional columns whose cells may be empty, or that may be missing as a whole
 * @throws UserError when a column is missing
 */
export function readTable<Key extends string>(
  { path, content }: Source,
  names: ColumnNames<Key>,
  { problems, optional = [] }: { readonly problems: ProblemList; readonly optional?: readonly NoInfer<Key>[] },
): readonly TableEntry<Key>[] {
  if (content.kind !== "table") return [];
  const { table } = content;
  const keys = Object.keys(names) as Key[];
  const required = keys.filter((key) => !optional.includes(key));
  const all = `the columns ${required.map((key) => `"${names[key][0] ?? key}"`).join(", ")}, and may name "split" and "id"`;
  const at = keys.map((key): [Key, number] => [
    key,
    optional.includes(key)
      ? table.columns.findIndex((name) => names[key].includes(name))
      : columnOf(path, table, names[key], all),
  ]);
  const cell = (row: TableRow, index: number): string | undefined => (row.cells[index] ?? "") || undefined;
  const [split, id] = [table.columns.indexOf("split"), table.columns.indexOf("id")];
  return wholeRows(table, problems).flatMap((row): TableEntry<Key>[] => {
    const empty = at.find(([key, index]) => !optional.includes(key) && cell(row, index) === undefined);
    if (empty) {
      problems.add(row.place, `the column "${table.columns[empty[1]] ?? ""}" is empty; fill it in or remove the row`);
      return [];
    }
    const cells = Object.fromEntries(at.map(([key, index]) => [key, cell(row, index) ?? ""])) as Record<Key, string>;
    return [{ place: row.place, cells, id: cell(row, id), split: cell(row, split) }];
  });
}
