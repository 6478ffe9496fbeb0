import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonSchema } from "../../../src/core/experiment/jsonSchema";
import { alternatives, experimentJsonSchema } from "../../../src/core/experiment/jsonSchema";
import { parseExperiment } from "../../../src/core/experiment/parseExperiment";
import { fuzzOptions } from "../../support/fuzz";
import { isValidJson } from "../../support/validateJsonSchema";
import { retrievalSchema } from "./retrievalSchema";
import { sampleText } from "./sample";

const schema = experimentJsonSchema();
const sample = JSON.parse(sampleText.replace(/\/\/.*$/gm, "").replace(/,(\s*[}\]])/g, "$1")) as object;

/** A copy of the sample with the value at a dotted path replaced, or removed for undefined. */
function changed(path: string, value: unknown): unknown {
  const copy = structuredClone(sample) as Record<string, unknown>;
  const keys = path.split("/");
  const last = keys.pop()!;
  const parent = keys.reduce<Record<string, unknown>>(
    (node, key) => (node[key] ??= {}) as Record<string, unknown>,
    copy,
  );
  parent[last] = value; // undefined: gone once it is JSON
  return JSON.parse(JSON.stringify(copy));
}

/** What the schema cannot say in draft 7: entries that differ, one of two keys, shares that add up, overrides within overrides. */
const beyondDraft7 = [
  /differ from each other/,
  /exactly one of/,
  /a "preset" that has them/,
  /which augmentation needs/,
  /add up to 1/,
  /of variant/,
];

function expectAgreement(document: unknown): void {
  const { problems } = parseExperiment(JSON.stringify(document), "f");
  const isValid = isValidJson(schema, document);
  const known = problems.filter(({ message }) => !beyondDraft7.some((pattern) => pattern.test(message)));
  if (isValid !== (known.length === 0)) {
    expect.fail(`schema says ${isValid}, parser says ${JSON.stringify(problems)} about ${JSON.stringify(document)}`);
  }
}

test("is draft 7, as VS Code understands it best", () => {
  expect(schema.$schema).toBe("http://json-schema.org/draft-07/schema#");
  expect(JSON.stringify(schema)).not.toMatch(/"(\$ref|\$defs|prefixItems|unevaluatedProperties|dependentSchemas)"/);
});

test("accepts the sample", () => {
  expect(isValidJson(schema, sample)).toBe(true);
});

test.each([
  ["task", "retrieval"],
  ["task", undefined],
  ["name", "Emoji Scenes"],
  ["data/pairs", ""],
  ["data/pairs", undefined],
  ["image/backbone/preprocessing/size", [192]],
  ["image/backbone/preprocessing/size", [192, 192, 3]],
  ["image/backbone/preprocessing/std", [1, 0, 1]],
  ["image/method/name", "lora-x"],
  ["image/method/rank", 4],
  ["image/method/reductionFactor", 0],
  ["text/backbone/maxTokens", 1.5],
  ["training/epochs", 0],
  ["training/epohcs", 3],
  ["training/optimizer/name", "adam"],
  ["training/schedule", { name: "warmup-cosine", factor: 2 }],
  ["loss/margin", 0.2],
  ["features/mode", "lazy"],
  ["seeds", []],
  ["seeds", [0, -1]],
  ["device", "gpu"],
  ["threads", 0],
  ["variants/Bad Name", {}],
  ["variants/a", { "training.epohcs": 3 }],
  ["variants/a", { "training.epochs": "3" }],
  ["variants/a", { name: "b" }],
] as const)("rejects what the parser rejects: %s = %j", (path, value) => {
  const document = changed(path, value);
  expect(parseExperiment(JSON.stringify(document), "f").problems.length).toBeGreaterThan(0);
  expect(isValidJson(schema, document)).toBe(false);
});

test("agrees with the parser on the sample with any setting replaced by any value", () => {
  const paths = [
    "name",
    "notes",
    "threads",
    "seeds",
    "device",
    "pooling",
    "loss",
    "data/split",
    "features/dtype",
    "image/method",
  ];
  const deep = [
    "image/backbone/hiddenStates",
    "image/backbone/preprocessing/resizeTo",
    "text/backbone/maxTokens",
    "training/earlyStop",
  ];
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.integer({ min: -2, max: 300 }),
    fc.constantFrom(
      "mean",
      "gpo",
      "cpu",
      "float16",
      { name: "triplet" },
      { name: "unipt" },
      { patience: 3 },
      [256, 256],
      ["a", 1],
    ),
  );
  fc.assert(
    fc.property(fc.constantFrom(...paths, ...deep), value, (path, replacement) =>
      expectAgreement(changed(path, replacement)),
    ),
    fuzzOptions(3_000),
  );
});

test("describes every setting, so that each has a hover text", () => {
  const bare: string[] = [];
  const visit = (node: JsonSchema, path: string): void => {
    for (const branch of alternatives(node)) {
      for (const [key, child] of Object.entries(branch.properties ?? {})) {
        const isTag = child.const !== undefined;
        if (!isTag && child.description === undefined) bare.push(`${path}/${key}`);
        if (key !== "variants") visit(child, `${path}/${key}`);
      }
    }
  };
  visit(schema, "");
  expect(bare).toEqual([]);
});

test("offers a variant every setting by its dotted path", () => {
  const overrides = retrievalSchema(schema).properties?.["variants"]?.additionalProperties as JsonSchema;
  expect(Object.keys(overrides.properties ?? {})).toEqual(
    expect.arrayContaining([
      "training.epochs",
      "image.method",
      "image.method.reductionFactor",
      "training.optimizer.learningRate",
    ]),
  );
  expect(overrides.properties?.["training.epochs"]?.description).toBe("Passes over the training set.");
});
