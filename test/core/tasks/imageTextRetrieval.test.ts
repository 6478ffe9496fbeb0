import { expect, test } from "vitest";
import { numbersOf, tensor } from "../../../src/core/graph/tensor";
import { buildImageTextRetrieval, type RetrievalModelConfig } from "../../../src/core/tasks/imageTextRetrieval";
import { randomTensor, runScope } from "../../support/runScope";

const inputs = {
  low: randomTensor("low", [3, 2, 4, 4]),
  high: randomTensor("high", [3, 5, 2, 2]),
  words: randomTensor("words", [3, 4, 6]),
  mask: tensor("float32", [3, 4], [1, 1, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0]),
  step: tensor("int64", [], [0]),
};
const config: RetrievalModelConfig = {
  image: { name: "unipt", embedDim: 4 },
  text: { name: "linear-probe", embedDim: 4 },
  pooling: "mean",
  loss: { name: "info-nce" },
};

function run(mode: "train" | "eval", change: Partial<RetrievalModelConfig> = {}) {
  return runScope(
    inputs,
    (scope, { low, high, words, mask, step }) => {
      const { imageConfidence, textConfidence, loss, ...embeddings } = buildImageTextRetrieval(
        scope,
        { image: { hiddenStates: [low!, high!] }, text: { hiddenStates: [words!], mask } },
        { ...config, ...change },
        { step: step!, stepsPerEpoch: 10 },
      );
      return {
        ...embeddings,
        ...(imageConfidence && { imageConfidence }),
        ...(textConfidence && { textConfidence }),
        ...(loss && { loss }),
      };
    },
    { mode },
  );
}

test.each(["mean", "gpo"] as const)("embeddings have length 1 (%s pooling)", (pooling) => {
  const { outputs } = run("eval", { pooling });
  for (const name of ["imageEmbedding", "textEmbedding"]) {
    expect(outputs[name]!.shape).toEqual([3, 4]);
    const values = numbersOf(outputs[name]!);
    for (let row = 0; row < 3; row++) {
      const length = Math.hypot(...values.slice(row * 4, row * 4 + 4));
      expect(length).toBeCloseTo(1, 6);
    }
  }
});

test("each modality and the loss keep their parameters apart; only methods that have one report a confidence", () => {
  const { context, outputs } = run("train", { pooling: "gpo" });
  const roots = new Set(context.parameters.map(({ name }) => name.split(".").slice(0, 2).join(".")));
  expect([...roots].sort()).toEqual(["image.method", "image.pooling", "loss.logScale", "text.method", "text.pooling"]);
  expect(outputs["imageConfidence"]!.shape).toEqual([3, 1]);
  expect(outputs["textConfidence"]).toBeUndefined();
});

test("the loss exists in training only, and is the one asked for", () => {
  expect(run("eval").outputs["loss"]).toBeUndefined();
  const { outputs, context } = run("train", { loss: { name: "triplet", margin: 0.2, negatives: "staged" } });
  const [image, text] = [numbersOf(outputs["imageEmbedding"]!), numbersOf(outputs["textEmbedding"]!)];
  const score = (i: number, j: number): number =>
    [0, 1, 2, 3].reduce((sum, k) => sum + image[i * 4 + k]! * text[j * 4 + k]!, 0);
  let expected = 0;
  for (const i of [0, 1, 2])
    for (const j of [0, 1, 2])
      if (i !== j)
        expected += Math.max(0, 0.2 + score(i, j) - score(i, i)) + Math.max(0, 0.2 + score(i, j) - score(j, j));
  expect(numbersOf(outputs["loss"]!)[0]).toBeCloseTo(expected, 6);
  expect(context.parameters.some(({ name }) => name.startsWith("loss"))).toBe(false);
});
