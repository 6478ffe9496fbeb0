import { applyEdits } from "jsonc-parser";
import { expect, test } from "vitest";
import { experimentPresets } from "../../../src/core/experiment/experimentPresets";
import { experimentTemplate } from "../../../src/core/experiment/experimentTemplate";
import { parseExperiment } from "../../../src/core/experiment/parseExperiment";
import { quickFixes } from "../../../src/core/experiment/quickFixes";

const [preset] = Object.keys(experimentPresets) as (keyof typeof experimentPresets)[];
const valid = experimentTemplate({
  name: "pets",
  pairs: "pets.jsonl",
  imageModel: "image.onnx",
  textModel: "text.onnx",
  tokenizer: "tokenizer.json",
  preset: preset!,
});

/** The fixes of the first problem of a text. */
function fixesOf(text: string) {
  const [problem] = parseExperiment(text, "pets.unipt.json").problems;
  return quickFixes(text, problem!).map((fix) => ({ ...fix, result: applyEdits(text, [...fix.edits]) }));
}

test("a misspelt key is renamed, or removed", () => {
  const [rename, remove] = fixesOf(valid.replace('"epochs"', '"epohcs"'));
  expect(rename).toMatchObject({ kind: "rename", key: "epohcs", inserted: "epochs", isPreferred: true, result: valid });
  expect(remove).toMatchObject({ kind: "remove", isPreferred: false });
  expect(remove!.result).not.toContain("epohcs");
  expect(remove!.result).toContain(`"batchSize"`);
});

test("a key is not renamed to one that is there already", () => {
  const [first] = fixesOf(valid.replace('"pairs": "pets.jsonl"', '"pairs": "pets.jsonl", "pair": "cats.jsonl"'));
  expect(first).toMatchObject({ kind: "remove", key: "pair" });
  expect(first!.result).not.toContain("cats.jsonl");
});

test("a misspelt word is replaced by the one that was meant, before the others", () => {
  const [first, second] = fixesOf(valid.replace('"device": "auto"', '"device": "cdua"'));
  expect(first).toMatchObject({ kind: "set", inserted: '"cuda"', isPreferred: true });
  expect(first!.result).toBe(valid.replace('"device": "auto"', '"device": "cuda"'));
  expect(second).toMatchObject({ kind: "set", inserted: '"auto"', isPreferred: false });
});

test("a wrong number gives way to the default", () => {
  const fixes = fixesOf(valid.replace(/"maxTokens": \d+/, '"maxTokens": 0.5'));
  expect(fixes).toHaveLength(1);
  expect(fixes[0]).toMatchObject({ kind: "useDefault", inserted: "64" });
  expect(parseExperiment(fixes[0]!.result, "f").problems).toEqual([]);
});

test("what is missing is added, ready to be filled in", () => {
  const [add] = fixesOf(valid.replace(/"tokenizer": "tokenizer.json",/, ""));
  expect(add).toMatchObject({ kind: "add", key: "tokenizer", isPreferred: true });
  expect(add!.result).toContain('"tokenizer": ""');
});

test("an override of a variant is fixed in the variant", () => {
  const text = valid.replace(/\n\}\s*$/, ',\n  "variants": { "slow": { "training.epohcs": 3 } }\n}\n');
  const [rename] = fixesOf(text);
  expect(rename).toMatchObject({ kind: "rename", inserted: "training.epochs" });
  expect(parseExperiment(rename!.result, "f").problems).toEqual([]);
});

test("broken text has no fixes", () => {
  expect(fixesOf("{")).toEqual([]);
});
