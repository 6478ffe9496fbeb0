import type { JsonSchema } from "./jsonSchema";
import { alternatives } from "./jsonSchema";

/** What a schema accepts, in words: "a whole number of at least 1", "one of "a", "b"". */
export function describeSchema(schema: JsonSchema): string {
  const branches = alternatives(schema);
  if (branches.length > 1) return [...new Set(branches.map(describeSchema))].join(" or ");
  if (schema.const !== undefined) return quote(schema.const);
  if (schema.enum !== undefined) return oneOf(schema.enum);
  if (schema.type === "array") return describeList(schema);
  if (schema.type === "string" && schema.minLength !== undefined) return "a text that is not empty";
  const name = typeof schema.type === "string" ? typeNames[schema.type] : undefined;
  return `${name ?? "an object { … }"}${bounds(schema)}`;
}

const typeNames: Readonly<Record<string, string>> = {
  integer: "a whole number",
  int: "a whole number",
  number: "a number",
  string: "a text",
  boolean: "true or false",
};

/** One value, or "one of" several. */
export function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? quote(values[0]) : `one of ${quoteAll(values)}`;
}

export function quoteAll(values: readonly unknown[]): string {
  return values.map(quote).join(", ");
}

/** A value as the user wrote it, cut to a readable length. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}

function describeList({ items, minItems }: JsonSchema): string {
  if (Array.isArray(items)) return `a list of ${items.length} numbers`;
  return minItems === undefined ? "a list [ … ]" : "a list that is not empty";
}

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
  const isReal = (limit: number | undefined): limit is number => limit !== undefined && Number.isFinite(limit);
  // Whole numbers carry the bounds of exact doubles, which say nothing to a reader.
  const low = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const high = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (isReal(low) && isReal(high)) return ` from ${low} to ${high}`;
  const parts = [
    isReal(low) ? ` of at least ${low}` : "",
    isReal(exclusiveMinimum) ? ` above ${exclusiveMinimum}` : "",
    isReal(high) ? ` of at most ${high}` : "",
    isReal(exclusiveMaximum) ? ` below ${exclusiveMaximum}` : "",
  ];
  return parts.filter((part) => part !== "").join(" and");
}
