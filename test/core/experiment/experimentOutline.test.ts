import { expect, test } from "vitest";
import { experimentOutline } from "../../../src/core/experiment/experimentOutline";

const text = `// pets
{
  "data": { "pairs": "pets.jsonl" },
  "image": { "backbone": { "model": "image.onnx" } },
  "variants": {
    "small": { "text.backbone.model": "small.onnx", "training.epochs": 2 },
    "base": {}
  }
}`;
const at = ({ offset, length }: { offset: number; length: number }): string => text.slice(offset, offset + length);

test("finds the start, the variants and the files that are named, overrides included", () => {
  const outline = experimentOutline(text)!;
  expect(at(outline.start)).toBe("{");
  expect(outline.variants.map((variant) => [variant.name, at(variant)])).toEqual([
    ["small", '"small"'],
    ["base", '"base"'],
  ]);
  expect(outline.files.map((file) => [file.keyPath.join("/"), file.path, at(file)])).toEqual([
    ["data/pairs", "pets.jsonl", '"pets.jsonl"'],
    ["image/backbone/model", "image.onnx", '"image.onnx"'],
    ["variants/small/text.backbone.model", "small.onnx", '"small.onnx"'],
  ]);
});

test("is undefined for what is no experiment", () => {
  for (const hopeless of ["", "{", "[]", "3"]) expect(experimentOutline(hopeless)).toBeUndefined();
});
