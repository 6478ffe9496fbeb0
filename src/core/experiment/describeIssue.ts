import type { z } from "zod";
import { describeSchema, oneOf, quote, quoteAll } from "./describeSchema";
import type { JsonSchema } from "./jsonSchema";
import { nearestWord } from "./nearestWord";
import { maxProblems } from "./problem";
import type { KeyPath } from "./schemaPath";
import { childValue, keysAt, schemaAt } from "./schemaPath";

/** One fault of a value, in words, at the path it concerns. */
export interface Fault {
  readonly path: KeyPath;
  /** What follows the key: "is 1.5; change it to a whole number, or leave it out for the default 20". */
  readonly text: string;
  /** Whether the fault is the key itself (unknown, badly named) rather than its value. */
  readonly isKey: boolean;
}

/** Puts what zod found in `document` into words, as far as {@link maxProblems}; an issue about several keys is one fault each. */
export function describeIssues(
  issues: readonly z.core.$ZodIssue[],
  document: unknown,
  schema: JsonSchema,
): readonly Fault[] {
  const some = issues.slice(0, maxProblems);
  return some.flatMap((issue) => describeIssue(issue, document, schema)).slice(0, maxProblems);
}

function describeIssue(issue: z.core.$ZodIssue, document: unknown, schema: JsonSchema): readonly Fault[] {
  const path = issue.path.map((segment) => (typeof segment === "symbol" ? segment.toString() : segment));
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, path, document);
    return issue.keys
      .slice(0, maxProblems)
      .map((key) => ({ path: [...path, key], text: unknownKey(key, known), isKey: true }));
  }
  if (issue.code === "invalid_key") {
    const expected = issue.issues[0]?.message ?? "another name";
    return [{ path, text: `is no valid name; use ${expected}`, isKey: true }];
  }
  const value = path.reduce(childValue, document);
  const known = schemaAt(schema, path, document);
  const expected = expectation(issue, known);
  if (value === undefined) {
    const purpose = known?.description === undefined ? "" : ` (${firstClause(known.description)})`;
    return [{ path, text: `is missing; add ${expected}${purpose}`, isKey: false }];
  }
  return [{ path, text: `is ${quote(value)}; ${remedy(issue, value, expected, known?.default)}`, isKey: false }];
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearestWord(key, known);
  if (meant !== undefined) return `is not a known key; did you mean "${meant}"?`;
  return `is not a known key; remove it${known.length === 0 ? "" : ` or use one of ${quoteAll(known)}`}`;
}

function expectation(issue: z.core.$ZodIssue, known: JsonSchema | undefined): string {
  if (issue.code === "custom" || issue.code === "invalid_format") return issue.message;
  if (issue.code === "invalid_value") return oneOf(issue.values);
  if ("options" in issue && Array.isArray(issue.options)) return oneOf(issue.options);
  if (known === undefined && issue.code === "invalid_type") return describeSchema({ type: issue.expected });
  return known === undefined ? `a valid value (${issue.message})` : describeSchema(known);
}

/** What to do about a wrong value: the likely word, or what is expected and the default that leaving it out gives. */
function remedy(issue: z.core.$ZodIssue, value: unknown, expected: string, fallback: unknown): string {
  const words = issue.code === "invalid_value" ? issue.values : "options" in issue ? issue.options : [];
  const texts = Array.isArray(words) ? words.filter((word) => typeof word === "string") : [];
  const meant = typeof value === "string" && texts.length > 1 ? nearestWord(value, texts) : undefined;
  if (meant !== undefined) return `use ${expected}; did you mean "${meant}"?`;
  const isScalar = fallback !== undefined && JSON.stringify(fallback) !== "{}" && quote(fallback) !== expected;
  return `change it to ${expected}${isScalar ? `, or leave it out for the default ${quote(fallback)}` : ""}`;
}

function firstClause(description: string): string {
  return description.split(/[.;:](\s|$)/)[0] ?? description;
}
