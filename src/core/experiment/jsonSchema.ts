import { z } from "zod";
import { ExperimentConfig } from "./experimentConfig";

/** The part of JSON Schema (draft 7) that our schemas use. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly additionalItems?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
}

/** Keys of an experiment that a variant cannot override. */
export const fixedKeys: readonly string[] = ["$schema", "name", "notes", "task", "variants"];

let cached: JsonSchema | undefined;

/**
 * The JSON Schema of experiment files, for completion, hover texts and a first validation in the editor. Within a variant
 * every setting is offered by its dotted path. Draft 7, the version that VS Code understands best.
 */
export function experimentJsonSchema(): JsonSchema {
  cached ??= withOverrides(
    z.toJSONSchema(ExperimentConfig, { target: "draft-7", io: "input", reused: "inline" }) as JsonSchema,
  );
  return cached;
}

function withOverrides(schema: JsonSchema): JsonSchema {
  const tasks = alternatives(schema).map((task) => {
    const { variants, ...settings } = task.properties ?? {};
    const overridable = Object.fromEntries(Object.entries(settings).filter(([key]) => !fixedKeys.includes(key)));
    const overrides: JsonSchema = {
      type: "object",
      description: "Settings by dotted path; each replaces what the path holds.",
      properties: Object.fromEntries(dottedPaths(overridable)),
      additionalProperties: false,
    };
    return { ...task, properties: { ...settings, variants: { ...variants, additionalProperties: overrides } } };
  });
  const [only, ...others] = tasks;
  const document = { $schema: "http://json-schema.org/draft-07/schema#", title: "UniPT Lab experiment" };
  return others.length === 0 ? { ...document, ...only } : { ...document, oneOf: tasks };
}

/** Every setting below `properties` by its dotted path; settings that several alternatives share accept any of their forms. */
function dottedPaths(properties: Readonly<Record<string, JsonSchema>>, prefix = ""): Map<string, JsonSchema> {
  const paths = new Map<string, JsonSchema>();
  const add = (path: string, schema: JsonSchema): void => {
    const known = paths.get(path);
    paths.set(path, known === undefined ? schema : { anyOf: [...(known.anyOf ?? [known]), schema] });
  };
  for (const [key, schema] of Object.entries(properties)) {
    add(`${prefix}${key}`, schema);
    for (const alternative of alternatives(schema)) {
      for (const [path, nested] of dottedPaths(alternative.properties ?? {}, `${prefix}${key}.`)) add(path, nested);
    }
  }
  return paths;
}

/** The forms a schema allows: the branches of a union, or the schema itself. */
export function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  const branches = schema.oneOf ?? schema.anyOf;
  return branches === undefined ? [schema] : branches.flatMap(alternatives);
}
