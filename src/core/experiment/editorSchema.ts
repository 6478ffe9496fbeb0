import { experimentJsonSchema, type JsonSchema } from "./jsonSchema";

/** A schema as the editor reads it: suggestions stand beside constraints. */
export type EditorSchema = JsonSchema & { readonly examples?: readonly unknown[] };

const constraints: ReadonlySet<string> = new Set([
  "required",
  "additionalItems",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "pattern",
  "format",
  "propertyNames",
]);

/**
 * The JSON Schema for completion and hover texts. What only judges is left out, and lists of words become suggestions: problems
 * are found by the parser of experiment files, whose messages say what to do, and must not be underlined twice.
 */
export function editorSchema(): EditorSchema {
  return soften(experimentJsonSchema()) as EditorSchema;
}

function soften(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(soften);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
      if (constraints.has(key) || (key === "additionalProperties" && inner === false)) return [];
      if (key === "enum") return [["examples", inner]];
      if (key === "default" || key === "const") return [[key, inner]];
      // The names of settings are no keywords, whatever they are called.
      if (key === "properties")
        return [
          [key, Object.fromEntries(Object.entries(inner as object).map(([name, schema]) => [name, soften(schema)]))],
        ];
      return [[key, soften(inner)]];
    }),
  );
}
