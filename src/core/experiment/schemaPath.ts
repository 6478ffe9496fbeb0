import type { JsonSchema } from "./jsonSchema";
import { alternatives } from "./jsonSchema";

export type KeyPath = readonly (string | number)[];

/**
 * The schema of the value at `path`; `value` is the whole document, which decides between the branches of unions. Undefined
 * where the schema knows no such path.
 */
export function schemaAt(schema: JsonSchema, path: KeyPath, value: unknown): JsonSchema | undefined {
  const [segment, ...rest] = path;
  if (segment === undefined) return schema;
  const branch = alternatives(schema).find((candidate) => isMeant(candidate, value)) ?? alternatives(schema)[0];
  const next = branch === undefined ? undefined : childSchema(branch, segment);
  return next === undefined ? undefined : schemaAt(next, rest, childValue(value, segment));
}

/** Keys that the object at `path` may have. */
export function keysAt(schema: JsonSchema, path: KeyPath, value: unknown): readonly string[] {
  const at = schemaAt(schema, path, value);
  if (at === undefined) return [];
  const object = path.reduce(childValue, value);
  const branch = alternatives(at).find((candidate) => isMeant(candidate, object)) ?? at;
  return Object.keys(branch.properties ?? {});
}

/** Whether each key with a constant in the schema holds that constant: the discriminators of our unions. */
function isMeant({ properties, type }: JsonSchema, value: unknown): boolean {
  if (properties === undefined) return type !== "object" && typeof value !== "object";
  return Object.entries(properties).every(([key, { const: constant }]) => {
    return constant === undefined || childValue(value, key) === constant;
  });
}

function childSchema(
  { properties, items, additionalProperties }: JsonSchema,
  segment: string | number,
): JsonSchema | undefined {
  if (typeof segment === "number") return isList(items) ? items[segment] : items;
  if (properties !== undefined && Object.hasOwn(properties, segment)) return properties[segment];
  return typeof additionalProperties === "object" ? additionalProperties : undefined;
}

/** The member of a container, or undefined where there is none of its own. */
export function childValue(value: unknown, segment: string | number): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, segment)) return undefined;
  return (value as Record<string | number, unknown>)[segment];
}

function isList(items: JsonSchema["items"]): items is readonly JsonSchema[] {
  return Array.isArray(items);
}
