import { expect, test } from "vitest";
import { editorSchema } from "../../../src/core/experiment/editorSchema";
import { alternatives, experimentJsonSchema } from "../../../src/core/experiment/jsonSchema";
import { retrievalSchema } from "./retrievalSchema";

test("the editor's schema suggests and explains, and judges nothing", () => {
  const { properties } = retrievalSchema(editorSchema());
  expect(properties?.["device"]).toMatchObject({
    default: "auto",
    examples: ["auto", "cpu", "webgpu", "cuda", "dml", "coreml"],
  });
  expect(properties?.["seeds"]?.description).toBe("One run per variant and seed.");
  const text = JSON.stringify(editorSchema());
  for (const keyword of ["required", "enum", "minimum", "pattern", "minItems"])
    expect(text).not.toContain(`"${keyword}":`);
  expect(text).not.toContain('"additionalProperties":false');
});

test("keeps every setting of the full schema, in variants too", () => {
  const variants = (schema: ReturnType<typeof experimentJsonSchema>): string[] => {
    const overrides = retrievalSchema(schema).properties?.["variants"]?.additionalProperties;
    return typeof overrides === "object" ? Object.keys(overrides.properties ?? {}) : [];
  };
  const keys = (schema: ReturnType<typeof experimentJsonSchema>): string[][] =>
    alternatives(schema).map(({ properties }) => Object.keys(properties ?? {}));
  expect(keys(editorSchema())).toEqual(keys(experimentJsonSchema()));
  expect(keys(editorSchema())).toHaveLength(5);
  expect(variants(editorSchema())).toEqual(variants(experimentJsonSchema()));
  expect(variants(editorSchema())).toContain("image.method.reductionFactor");
});
