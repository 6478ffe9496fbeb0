import { readdir } from "node:fs/promises";
import { extname, resolve } from "node:path";

import { UserError } from "../../../core/errors";
import type { DataConfig } from "../../../core/experiment/dataConfig";
import { type DataFile, rowFiles } from "../../../core/experiment/dataFiles";
import type { Place } from "../dataset";
import type { ProblemList } from "../problemList";
import { columnNames, parseTable, type Table } from "./parseTable";
import { readDataText, statDataFile } from "./readDataText";

/** What a data file turns out to hold. */
export type DataContent =
  | { readonly kind: "folder"; readonly names: ReadonlySet<string> }
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "json-lines"; readonly entries: readonly Entry[] }
  | { readonly kind: "table"; readonly table: Table }
  | { readonly kind: "text"; readonly lines: readonly string[] };

/** A value of a JSON file with its place. */
export interface Entry {
  readonly place: Place;
  readonly value: unknown;
}

/** A data file, opened. */
export interface Source extends DataFile {
  /** Absolute. */
  readonly path: string;
  readonly content: DataContent;
}

/** Columns that tell a table from a list of texts, whatever the file is called. */
const knownColumns: ReadonlySet<string> = new Set(["image", "video", "video_id", "caption", "question", "expression"]);

/**
 * Opens the files that hold the rows of a data set, each when the one before has been read: they may have hundreds of MB.
 * @throws UserError as {@link openSource}
 */
export async function* openSources(
  data: DataConfig,
  baseDirectory: string,
  problems: ProblemList,
): AsyncGenerator<Source, void> {
  for (const file of rowFiles(data)) yield await openSource(file, baseDirectory, problems);
}

/**
 * Opens a data file or folder and finds out from its content what it is: JSON, JSON Lines, a table or lines of text.
 * @throws UserError when it is missing, too long, or no text; broken lines are reported
 */
export async function openSource(file: DataFile, baseDirectory: string, problems: ProblemList): Promise<Source> {
  const located = { ...file, path: resolve(baseDirectory, file.path) };
  const stats = await statDataFile(located);
  if (stats.isDirectory()) {
    const names = new Set(await readdir(located.path));
    return { ...located, content: { kind: "folder", names } };
  }
  return { ...located, content: parseContent(located.path, await readDataText(located), problems) };
}

/** Tells what a text is, and parses it. @throws UserError when it is broken as a whole */
export function parseContent(path: string, text: string, problems: ProblemList): DataContent {
  const extension = extname(path).toLowerCase();
  if ([".jsonl", ".ndjson"].includes(extension)) return parseJsonLines(path, text, problems);
  if (/^\s*[[{]/.test(text)) {
    return startsWithWholeObject(text) ? parseJsonLines(path, text, problems) : parseJson(path, text);
  }
  const isTable = [".csv", ".tsv"].includes(extension) || columnNames(text).some((name) => knownColumns.has(name));
  if (isTable) return { kind: "table", table: parseTable(path, text) };
  return { kind: "text", lines: text.replace(/\r?\n$/, "").split(/\r?\n/) };
}

function parseJson(path: string, text: string): DataContent {
  try {
    return { kind: "json", value: JSON.parse(text) as unknown };
  } catch (cause) {
    throw new UserError(
      `"${path}" is not valid JSON (${(cause as Error).message}); copy it again if it is cut off, or write one object a line.`,
      { cause },
    );
  }
}

/** One value a line; blank lines are skipped. */
function parseJsonLines(file: string, text: string, problems: ProblemList): DataContent {
  const entries: Entry[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const place = { file, line: index + 1 };
    try {
      entries.push({ place, value: JSON.parse(line) as unknown });
    } catch (error) {
      problems.add(place, `not valid JSON (${(error as Error).message}); write one object a line`);
    }
  }
  return { kind: "json-lines", entries };
}

/** Whether the first line is a complete object and more follows: then the file has one object a line. */
function startsWithWholeObject(text: string): boolean {
  const start = text.trimStart();
  const end = start.indexOf("\n");
  if (end < 0 || start.slice(end).trim() === "") return false;
  try {
    return isRecord(JSON.parse(start.slice(0, end)));
  } catch {
    return false;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
