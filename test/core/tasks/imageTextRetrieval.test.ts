import { expect, test } from "vitest";
import { numbersOf, tensor } from "../../../src/core/graph/tensor";
import { contrastiveLoss, type ContrastiveLossConfig } from "../../../src/core/nn/losses/contrastiveLoss";
import { buildEmbedding, type EmbeddingPooling } from "../../../src/core/tasks/imageTextRetrieval";
import { randomTensor, runScope } from "../../support/runScope";

const inputs = {
  low: randomTensor("low", [3, 2, 4, 4]),
  high: randomTensor("high", [3, 5, 2, 2]),
  words: randomTensor("words", [3, 4, 6]),
  mask: tensor("float32", [3, 4], [1, 1, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0]),
  step: tensor("int64", [], [0]),
};

interface Options {
  readonly pooling?: EmbeddingPooling;
  readonly loss?: ContrastiveLossConfig;
}

/** UniPT on feature maps and a linear probe on tokens, with the loss of embeddings that belong together row by row. */
function run({ pooling = "mean", loss = { name: "info-nce" } }: Options = {}) {
  return runScope(
    inputs,
    (scope, { low, high, words, mask, step }) => {
      const image = buildEmbedding(
        scope.scope("image"),
        { hiddenStates: [low!, high!] },
        { name: "unipt", embedDim: 4 },
        pooling,
      );
      const words4 = { hiddenStates: [words!], mask };
      const text = buildEmbedding(scope.scope("text"), words4, { name: "linear-probe", embedDim: 4 }, pooling);
      const position = { step: step!, stepsPerEpoch: 10 };
      return {
        image: image.embedding,
        text: text.embedding,
        ...(image.confidence && { imageConfidence: image.confidence }),
        ...(text.confidence && { textConfidence: text.confidence }),
        loss: contrastiveLoss(scope.scope("loss"), image.embedding, text.embedding, loss, position),
      };
    },
    { mode: "train" },
  );
}

test.each(["mean", "gpo"] as const)("embeddings have length 1 (%s pooling)", (pooling) => {
  const { outputs } = run({ pooling });
  for (const name of ["image", "text"]) {
    expect(outputs[name]!.shape).toEqual([3, 4]);
    const values = numbersOf(outputs[name]!);
    for (let row = 0; row < 3; row++) {
      const length = Math.hypot(...values.slice(row * 4, row * 4 + 4));
      expect(length).toBeCloseTo(1, 6);
    }
  }
});

test("each modality and the loss keep their parameters apart; only methods that have one report a confidence", () => {
  const { context, outputs } = run({ pooling: "gpo" });
  const roots = new Set(context.parameters.map(({ name }) => name.split(".").slice(0, 2).join(".")));
  expect([...roots].sort()).toEqual(["image.method", "image.pooling", "loss.logScale", "text.method", "text.pooling"]);
  expect(outputs["imageConfidence"]!.shape).toEqual([3, 1]);
  expect(outputs["textConfidence"]).toBeUndefined();
});

test("the loss is the one asked for", () => {
  const { outputs, context } = run({ loss: { name: "triplet", margin: 0.2, negatives: "staged" } });
  const [image, text] = [numbersOf(outputs["image"]!), numbersOf(outputs["text"]!)];
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
