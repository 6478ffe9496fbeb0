import { expect, test } from "vitest";
import { editorSchema } from "../../../src/core/experiment/editorSchema";
import { experimentJsonSchema } from "../../../src/core/experiment/jsonSchema";

test("the editor's schema suggests and explains, and judges nothing", () => {
  const { properties } = editorSchema();
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
    const overrides = schema.properties?.["variants"]?.additionalProperties;
    return typeof overrides === "object" ? Object.keys(overrides.properties ?? {}) : [];
  };
  expect(Object.keys(editorSchema().properties ?? {})).toEqual(Object.keys(experimentJsonSchema().properties ?? {}));
  expect(variants(editorSchema())).toEqual(variants(experimentJsonSchema()));
  expect(variants(editorSchema())).toContain("image.method.reductionFactor");
});
