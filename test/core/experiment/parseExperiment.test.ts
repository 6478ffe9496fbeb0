import { describe, expect, test } from "vitest";
import { UserError } from "../../../src/core/errors";
import { parseExperiment, parseExperimentOrThrow } from "../../../src/core/experiment/parseExperiment";
import { sampleText } from "./sample";
import { retrievalConfig } from "../../support/retrievalConfig";

const file = "scenes.unipt.json";

/** The sample with one text replaced, and where the replacement starts. */
function edited(from: string, to: string): string {
  expect(sampleText).toContain(from);
  return sampleText.replace(from, to);
}

test("resolves the sample into three seeds of each variant, in the file's order", () => {
  const { config, plans } = parseExperimentOrThrow(sampleText, file);
  expect(plans.map(({ variant, seed }) => `${variant} ${seed}`)).toEqual([
    ...["unipt 0", "unipt 1", "unipt 2"],
    ...["linear-probe 0", "linear-probe 1", "linear-probe 2"],
  ]);
  expect(config.training.evaluateEveryEpochs).toBe(2);
  expect(plans[0]?.config.training.epochs).toBe(20);
  expect(plans[3]?.config.training.epochs).toBe(40);
  expect(retrievalConfig(plans[3]?.config).image.method).toEqual({ name: "linear-probe", embedDim: 256 });
  expect(plans[4]?.config.seeds).toEqual([1]);
  expect(plans[4]?.config.variants).toBeUndefined();
});

test("fills in every default", () => {
  const { config } = parseExperimentOrThrow(
    `{ "name": "a", "task": "image-text-retrieval", "data": { "pairs": "p.csv" },
       "image": { "backbone": { "model": "i.onnx", "preprocessor": "p.json" }, "method": { "name": "unipt" } },
       "text": { "backbone": { "model": "t.onnx", "tokenizer": "t.json" }, "method": { "name": "unipt" } } }`,
    file,
  );
  expect(config).toMatchObject({
    pooling: "mean",
    loss: { name: "info-nce" },
    seeds: [0],
    device: "auto",
    features: { mode: "cached", dtype: "float32", cacheQuotaGiB: 20 },
    text: { backbone: { maxTokens: 64, specialTokens: true } },
    training: {
      epochs: 20,
      batchSize: 128,
      optimizer: { name: "adamw", learningRate: 1e-3, weightDecay: 0.01 },
      schedule: { name: "constant" },
      evaluateEveryEpochs: 1,
      selectBy: "rSum",
      checkpointEverySteps: 200,
    },
  });
});

describe("says what is wrong, where, and what to do", () => {
  const cases: readonly [string, string, string, { line: number; column: number; length: number }][] = [
    [
      '"epochs": 20',
      '"epohcs": 20',
      '"training.epohcs" is not a known key; did you mean "epochs"?',
      { line: 20, column: 5, length: 8 },
    ],
    [
      '"epochs": 20',
      '"epochs": 1.5',
      '"training.epochs" is 1.5; change it to a whole number of at least 1, or leave it out for the default 20.',
      { line: 20, column: 15, length: 3 },
    ],
    [
      '"maxTokens": 32',
      '"maxTokens": "32"',
      '"text.backbone.maxTokens" is "32"; change it to a whole number from 1 to 4096, or leave it out for the default 64.',
      { line: 14, column: 112, length: 4 },
    ],
    [
      '"task": "image-text-retrieval"',
      '"task": "retrieval"',
      '"task" is "retrieval"; change it to one of "image-text-retrieval", "video-text-retrieval", ' +
        '"visual-question-answering", "compositional-question-answering", "visual-grounding".',
      { line: 3, column: 11, length: 11 },
    ],
    [
      '"layout": "NHWC"',
      '"layout": "NHWCC"',
      '"image.backbone.preprocessing.layout" is "NHWCC"; use one of "NCHW", "NHWC"; did you mean "NHWC"?',
      { line: 9, column: 68, length: 7 },
    ],
    [
      "[192, 192]",
      "[192]",
      '"image.backbone.preprocessing.size" is [192]; change it to a list of 2 numbers.',
      { line: 9, column: 26, length: 6 },
    ],
    [
      '"data": { "pairs": "scenes.jsonl" }',
      '"data": {}',
      '"data.pairs" is missing; add a text that is not empty or a list that is not empty or an object { … } (Image-text pairs).',
      { line: 4, column: 3, length: 6 },
    ],
    [
      '"name": "unipt", "preset": "vse-infinity-cnn"',
      '"name": "unpit", "preset": "vse-infinity-cnn"',
      '"image.method.name" is "unpit"; use one of "unipt", "linear-probe", "mlp-probe", "stages-probe"; did you mean "unipt"?',
      { line: 11, column: 25, length: 7 },
    ],
    [
      '"s1", "s2", 4, "s6"',
      '"s1", "s2", -4, "s6"',
      '"image.backbone.hiddenStates[2]" is -4; change it to a text that is not empty or a whole number of at least 0.',
      { line: 8, column: 36, length: 2 },
    ],
    [
      "[0, 1, 2]",
      "[0, 1, 1]",
      '"seeds" is [0,1,1]; change it to seeds that differ from each other, or leave it out for the default [0].',
      { line: 28, column: 3, length: 7 },
    ],
    [
      '"name": "emoji-scenes"',
      '"name": "Emoji scenes"',
      '"name" is "Emoji scenes"; change it to lower-case letters and digits, joined by hyphens.',
      { line: 2, column: 11, length: 14 },
    ],
    [
      '"unipt": {}',
      '"Uni PT": {}',
      '"variants.Uni PT" is no valid name; use lower-case letters and digits, joined by hyphens.',
      { line: 31, column: 5, length: 8 },
    ],
    [
      '"pooling": "mean"',
      '"__proto__": { "pooling": "mean" }',
      'the file holds the reserved key "__proto__"; remove it.',
      { line: 17, column: 3, length: 11 },
    ],
    [
      '"pooling": "mean",',
      '"pooling": "mean", "pooling": "gpo",',
      'the file holds the key "pooling" twice; remove one.',
      { line: 17, column: 22, length: 9 },
    ],
    [
      '"pooling": "mean",',
      '"pooling": "mean"',
      'the file lacks a "," here; add it between the entries.',
      { line: 18, column: 3, length: 6 },
    ],
  ];
  test.each(cases)("%s → %s", (from, to, message, place) => {
    const { problems } = parseExperiment(edited(from, to), file);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ message: `${file}: ${message}`, ...place });
  });
});

describe("places a variant's problems at the override", () => {
  const override = '"training.epochs": 40';
  const cases: readonly [string, string, string, number, number][] = [
    [
      override,
      '"training.epohcs": 40',
      '"training.epohcs" of variant "linear-probe" is not a known key; did you mean "epochs"?',
      84,
      17,
    ],
    [
      override,
      '"training.epochs": 0',
      '"training.epochs" of variant "linear-probe" is 0; change it to a whole number of at least 1, or leave it out for the default 20.',
      103,
      1,
    ],
    [
      override,
      '"name": "b"',
      '"name" of variant "linear-probe" belongs to the whole experiment; remove it here.',
      84,
      6,
    ],
    [
      override,
      '"image": 3',
      '"image.method" of variant "linear-probe" is replaced by "image" below; put it after that.',
      23,
      14,
    ],
    [
      '"embedDim": 256 }, "training',
      '"embedim": 256 }, "training',
      '"image.method.embedDim" of variant "linear-probe" is missing; add a whole number above 0 (Output width E).',
      23,
      14,
    ],
    [
      '"image.method": { "name": "linear-probe", "embedDim": 256 }',
      '"image.method.name": "linear-probe"',
      '"image.method.preset" of variant "linear-probe" is not a known key; remove it or use one of "name", "embedDim".',
      23,
      19,
    ],
  ];
  test.each(cases)("%s → %s", (from, to, message, column, length) => {
    const { problems } = parseExperiment(edited(from, to), file);
    expect(problems).toContainEqual(
      expect.objectContaining({ message: `${file}: ${message}`, line: 32, column, length }),
    );
  });
});

test("augmentation needs streamed hidden states, and published preprocessing goes by its name", () => {
  const text = (mode: string): string =>
    `{ "name": "a", "task": "image-text-retrieval", "data": { "pairs": "p.csv" }, "features": { "mode": "${mode}" },
       "image": { "backbone": { "model": "i.onnx", "preprocessing": { "preset": "vse-infinity" } },
                  "method": { "name": "unipt" }, "augmentation": { "name": "random-crop" } },
       "text": { "backbone": { "model": "t.onnx", "tokenizer": "t.json" }, "method": { "name": "unipt" },
                 "augmentation": { "name": "word-noise" } } }`;
  expect(parseExperiment(text("cached"), file).problems.map(({ message }) => message)).toEqual([
    `${file}: "features.mode" is "cached"; change it to "streamed", which augmentation needs, since a cache keeps each item once, or leave it out for the default "cached".`,
  ]);
  const { image, text: texts } = retrievalConfig(parseExperimentOrThrow(text("streamed"), file).config);
  expect(image.augmentation).toEqual({ name: "random-crop", leastRatio: 0.6, flipProbability: 0.5 });
  expect(texts.augmentation).toMatchObject({ probability: 0.2, masked: 0.5, replaced: 0.1 });
  expect(image.backbone.preprocessing).toMatchObject({ size: [512, 512], kernel: "bilinear", antialias: false });
});

test("reports every problem of a file, in its order", () => {
  const text = edited('"epochs": 20', '"epochs": 0')
    .replace('"gradientClip": 2', '"gradientClip": -2')
    .replace("[192, 192]", "192");
  const paths = parseExperiment(text, file).problems.map(({ path }) => path);
  expect(paths).toEqual(["image.backbone.preprocessing.size", "training.epochs", "training.gradientClip"]);
});

test("the thrown form names line and column, and counts the others", () => {
  const text = edited('"epochs": 20', '"epochs": 0').replace('"gradientClip": 2', '"gradientClip": -2');
  expect(() => parseExperimentOrThrow(text, file)).toThrow(UserError);
  expect(() => parseExperimentOrThrow(text, file)).toThrow(
    `${file}:20:15: "training.epochs" is 0; change it to a whole number of at least 1, or leave it out for the default 20. (and 1 more)`,
  );
});

test.each([
  "",
  " ",
  "// nothing",
  "3",
  "[]",
  "null",
  '"text"',
  "{",
  "{}}",
  "\u0000",
  "[".repeat(200_000),
  '{"a":'.repeat(100_000),
])("never throws on hopeless text", (text) => {
  const { config, problems } = parseExperiment(text, file);
  expect(config).toBeUndefined();
  expect(problems[0]?.message).toMatch(/^scenes\.unipt\.json: the file|"task"/);
});
