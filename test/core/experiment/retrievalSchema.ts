import { alternatives, type JsonSchema } from "../../../src/core/experiment/jsonSchema";

/** The part of a schema of experiments that describes image-text retrieval. */
export function retrievalSchema(schema: JsonSchema): JsonSchema {
  const found = alternatives(schema).find(({ properties }) => properties?.["task"]?.const === "image-text-retrieval");
  if (!found) throw new Error("The schema has no image-text retrieval.");
  return found;
}
