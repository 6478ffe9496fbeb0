import { z } from "zod";

import { UserError } from "../../core/errors";
import { type PairRow, type PairRows, ProblemList } from "./pairDataset";

const text = z.string().trim().min(1);
const captions = z.union([text.transform((caption) => [caption]), z.array(text).min(1)]);

/** One row; `caption` may stand for a single one, unknown keys are ignored. */
const Row = z
  .object({
    id: z.union([z.string(), z.number()]).transform(String).optional(),
    image: text,
    captions: captions.optional(),
    caption: captions.optional(),
    split: text.optional(),
  })
  .refine((row) => row.captions !== undefined || row.caption !== undefined, {
    error: "expected captions",
    path: ["captions"],
  });

const EXPECTED = '{"image": "photo.jpg", "captions": ["a text"]}';

/** JSON Lines: one object a line; blank lines are skipped. */
export function readJsonLines(file: string, content: string): PairRows {
  const list = new ProblemList(file);
  const rows: PairRow[] = [];
  for (const [index, line] of content.split("\n").entries()) {
    if (line.trim() === "") continue;
    const row = parseRow(line, index + 1, list);
    if (row) rows.push(row);
  }
  return { rows, problems: list.problems };
}

/**
 * A JSON array of such objects. Lines are not known, so problems count rows instead.
 * @throws UserError when the file is no JSON array.
 */
export function readJsonArray(file: string, content: string): PairRows {
  const list = new ProblemList(file);
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (cause) {
    throw new UserError(
      `"${file}" is not valid JSON (${(cause as Error).message}); a file with one object a line must be named .jsonl.`,
      { cause },
    );
  }
  if (!Array.isArray(parsed)) throw new UserError(`"${file}" must hold a JSON array of rows like ${EXPECTED}.`);
  const rows: PairRow[] = [];
  for (const [index, value] of parsed.entries()) {
    const row = checkRow(value, index + 1, `row ${index + 1}: `, list);
    if (row) rows.push(row);
  }
  return { rows, problems: list.problems };
}

function parseRow(line: string, number: number, list: ProblemList): PairRow | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    list.add(number, `not valid JSON (${(error as Error).message}); write one object like ${EXPECTED} a line`);
    return undefined;
  }
  return checkRow(value, number, "", list);
}

function checkRow(value: unknown, line: number, where: string, list: ProblemList): PairRow | undefined {
  const result = Row.safeParse(value);
  if (result.success) {
    const { id, image, split } = result.data;
    return { line, id, image, captions: result.data.captions ?? result.data.caption ?? [], split };
  }
  const [issue] = result.error.issues;
  const key = issue?.path[0] === undefined ? "" : `"${String(issue.path[0])}" `;
  const keys = value !== null && typeof value === "object" && !Array.isArray(value) ? Object.keys(value) : undefined;
  const found = keys === undefined ? "no object" : keys.length === 0 ? "no keys" : `the keys ${keys.join(", ")}`;
  list.add(line, `${where}${key}is missing or not a text; found ${found}, expected a row like ${EXPECTED}`);
  return undefined;
}
