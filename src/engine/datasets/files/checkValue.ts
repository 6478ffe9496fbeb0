import { z } from "zod";

import type { Place } from "../dataset";
import type { ProblemList } from "../problemList";

/** A text with more than spaces; trimmed. */
export const text = z.string({ error: "a text" }).trim().min(1, { error: "a text that is not empty" });

/** One text, or several. */
export const captionTexts = z.union(
  [text.transform((caption) => [caption]), z.array(text).min(1, { error: "a list of texts that is not empty" })],
  {
    error: "a text or a list of texts",
  },
);

/** A name as a text or a whole number. */
export const id = z
  .custom<string | number>((value) => (typeof value === "string" ? value !== "" : Number.isSafeInteger(value)), {
    error: "a text or a whole number",
  })
  .transform((value): string => String(value));

/** Pixels. */
export const pixels = z.number({ error: "a number of pixels" }).min(-1e6, { error: "a number of pixels" }).max(1e6, {
  error: "a number of pixels below a million",
});

/**
 * A value of a data file as `schema` wants it; undefined, and a problem at `place`, where it is something else. The messages
 * of the schema say what is expected ("a text").
 * @param example a right one, as users would write it
 */
export function checkValue<T>(
  schema: z.ZodType<T>,
  value: unknown,
  context: { readonly place: Place; readonly problems: ProblemList; readonly example: string },
): T | undefined {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  context.problems.add(
    context.place,
    `${issue ? describeIssue(issue, value) : "is wrong"}; expected ${context.example}`,
  );
  return undefined;
}

function describeIssue({ path, message }: z.core.$ZodIssue, value: unknown): string {
  if (path.length === 0) return `is ${shown(value)}`;
  const key = path.reduce<string>(
    (joined, segment) =>
      typeof segment === "number" ? `${joined}[${segment}]` : `${joined}${joined === "" ? "" : "."}${String(segment)}`,
    "",
  );
  const at = path.reduce<unknown>((inner, segment) => memberOf(inner, segment), value);
  if (at !== undefined) return `"${key}" is ${shown(at)}, not ${message}`;
  const owner = path.slice(0, -1).reduce<unknown>((inner, segment) => memberOf(inner, segment), value);
  return `"${key}" is missing; found ${keysOf(owner)}`;
}

function memberOf(value: unknown, key: PropertyKey): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<PropertyKey, unknown>)[key];
}

function keysOf(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "no object";
  const keys = Object.keys(value);
  if (keys.length === 0) return "no keys";
  return `the keys ${keys.slice(0, 8).join(", ")}${keys.length > 8 ? ", …" : ""}`;
}

/** A value in few words; never walks into it, since its nesting may be hostile. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const written = JSON.stringify(value) as string | undefined;
  if (written === undefined) return "nothing";
  return written.length <= 60 ? written : `${written.slice(0, 57)}…`;
}
