import { expect, test } from "vitest";
import { experimentPresets } from "../../../src/core/experiment/experimentPresets";
import { experimentTemplate, taskTemplate } from "../../../src/core/experiment/experimentTemplate";
import { sidesOf } from "../../../src/core/experiment/sides";
import { taskPresetNames } from "../../../src/core/experiment/taskTemplates";
import { parseExperimentOrThrow } from "../../../src/core/experiment/parseExperiment";
import { retrievalConfig } from "../../support/retrievalConfig";

const answers = {
  name: "mine",
  pairs: "pairs.jsonl",
  imageModel: "models/image.onnx",
  textModel: "models/text.onnx",
  tokenizer: "models/tokenizer.json",
} as const;

test.each(["vse-infinity", "small"] as const)(
  "the %s template is a valid experiment, each setting explained",
  (preset) => {
    const text = experimentTemplate({ ...answers, preset });
    const { config, plans } = parseExperimentOrThrow(text, "mine.unipt.json");
    expect(config).toMatchObject({ name: "mine", training: experimentPresets[preset].training });
    expect(plans).toHaveLength(3);
    const lines = text.split("\n");
    const bare = lines.filter((line, i) => /^\s*"/.test(line) && !lines[i - 1]?.trim().startsWith("//"));
    expect(bare.filter((line) => !/^\s{4,}"name"/.test(line))).toEqual([]);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  },
);

test("answers take the place of the preset's settings", () => {
  const text = experimentTemplate({
    ...answers,
    preset: "small",
    preprocessor: "models/preprocessor_config.json",
    imageMethod: { name: "stages-probe", embedDim: 128 },
    seeds: [7],
  });
  const { config } = parseExperimentOrThrow(text, "mine.unipt.json");
  expect(retrievalConfig(config).image.backbone).toEqual({
    model: "models/image.onnx",
    preprocessor: "models/preprocessor_config.json",
  });
  expect(retrievalConfig(config).image.method).toEqual({ name: "stages-probe", embedDim: 128 });
  expect(config.seeds).toEqual([7]);
});

test("vse-infinity carries the published settings", () => {
  const { training, loss, pooling, imageMethod } = experimentPresets["vse-infinity"];
  expect(training.optimizer).toMatchObject({
    learningRate: 5e-4,
    weightDecay: 1e-4,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
  });
  expect(training).toMatchObject({ epochs: 25, batchSize: 112, gradientClip: 2, selectBy: "rSum" });
  expect(training.schedule).toEqual({ name: "step-decay", atEpochs: [15], factor: 0.1 });
  expect([loss, pooling]).toEqual([{ name: "triplet", margin: 0.2, negatives: "staged" }, "gpo"]);
  expect(imageMethod.preset).toBe("vse-infinity-cnn");
});

test.each(taskPresetNames)("the %s template is a valid experiment as published, each setting explained", (preset) => {
  const files = { name: "mine", data: "data.json", model: "m.onnx", textModel: "t.onnx", tokenizer: "tokenizer.json" };
  const text = taskTemplate(preset, files);
  const { config, plans } = parseExperimentOrThrow(text, "mine.unipt.json");
  expect(config.name).toBe("mine");
  expect(plans).toHaveLength(3);
  expect(text).toContain("// ");
  for (const side of sidesOf(config)) expect(side.method).toMatchObject({ name: "unipt" });
});
