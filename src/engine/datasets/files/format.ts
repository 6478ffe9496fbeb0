import { dirname, resolve } from "node:path";

import { UserError } from "../../../core/errors";
import type { ProblemList } from "../problemList";
import { isRecord, type Entry, type Source } from "./content";
import { shown } from "./checkValue";
import { imageFinder } from "./mediaNames";

/** One kind of data file of a task. */
export interface Format<Row> {
  /** How messages call it. */
  readonly name: string;
  /** Whether a file is of this kind, told from a glance at its content. */
  readonly matches: (source: Source) => boolean;
  /** The usable rows; others are reported. @throws UserError when the file is unusable as a whole */
  readonly read: (source: Source, context: FormatContext) => readonly Row[] | Promise<readonly Row[]>;
}

export interface FormatContext {
  /** Absolute folder that names of images or videos start from. */
  readonly folder: string;
  /** Where an image of some name may lie. */
  readonly imageOf: (name: string) => readonly string[];
  readonly problems: ProblemList;
}

export interface ReadOptions {
  readonly problems: ProblemList;
  /** Absolute folder of the images or videos, if the experiment names one. */
  readonly folder: string | undefined;
}

/**
 * The rows of all sources, one after the other, each read by the first format that it matches.
 * @throws UserError when it matches none
 */
export async function readRows<Row>(
  sources: AsyncIterable<Source> | Iterable<Source>,
  formats: readonly Format<Row>[],
  { problems, folder }: ReadOptions,
): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const source of sources) {
    const format = formats.find(({ matches }) => matches(source));
    if (!format)
      throw new UserError(
        `"${source.path}" is ${describeContent(source)}; "${source.key}" takes ${formats.map(({ name }) => name).join(", ")}.`,
      );
    const start = folder ?? (source.content.kind === "folder" ? source.path : dirname(source.path));
    const context = { problems, folder: start, imageOf: imageFinder(start) };
    for (const row of await format.read(source, context)) rows.push(row);
  }
  return rows;
}

/** The folder of images or videos that an experiment names. */
export function mediaFolder(written: string | undefined, baseDirectory: string): string | undefined {
  return written === undefined ? undefined : resolve(baseDirectory, written);
}

/** The rows of JSON Lines or of a JSON list; undefined for anything else. */
export function entriesOf({ path, content }: Source): readonly Entry[] | undefined {
  if (content.kind === "json-lines") return content.entries;
  if (content.kind !== "json" || !Array.isArray(content.value)) return undefined;
  return content.value.map((value: unknown, index) => ({ place: { file: path, entry: `row ${index + 1}` }, value }));
}

/** A list within a JSON object, with the place of each of its entries; empty when it is no list. */
export function listIn({ path }: Source, owner: Readonly<Record<string, unknown>>, key: string): readonly Entry[] {
  const list = owner[key];
  if (!Array.isArray(list)) return [];
  return list.map((value: unknown, index) => ({ place: { file: path, entry: `${key}[${index}]` }, value }));
}

/** The first entry of a list within a JSON object, if both are there: what formats are told by. */
export function firstIn(owner: unknown, key: string): Readonly<Record<string, unknown>> | undefined {
  const list = isRecord(owner) && Object.hasOwn(owner, key) ? owner[key] : undefined;
  const first: unknown = Array.isArray(list) ? list[0] : undefined;
  return isRecord(first) ? first : undefined;
}

/** The value of a JSON file. */
export function jsonOf({ content }: Source): unknown {
  return content.kind === "json" ? content.value : undefined;
}

function describeContent({ content }: Source): string {
  if (content.kind === "folder") return "a folder";
  if (content.kind === "table")
    return `a table with the columns ${content.table.columns.map((name) => `"${name}"`).join(", ")}`;
  if (content.kind === "text") return `lines of text like ${shown(content.lines[0])}`;
  if (content.kind === "json-lines") return "JSON with one value a line";
  if (!isRecord(content.value)) return `JSON that holds ${shown(content.value)}`;
  const keys = Object.keys(content.value);
  return `JSON with ${keys.length === 0 ? "no keys" : `the keys ${keys.slice(0, 8).join(", ")}${keys.length > 8 ? ", …" : ""}`}`;
}
