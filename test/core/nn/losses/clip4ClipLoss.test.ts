import { expect, test } from "vitest";
import { numbersOf, tensor } from "../../../../src/core/graph/tensor";
import { frameEmbedding } from "../../../../src/core/nn/layers/frameEmbedding";
import { infoNceLoss } from "../../../../src/core/nn/losses/infoNce";
import { gradcheck, GRADIENT_TOLERANCE } from "../../../support/gradcheck";
import { randomTensor, runScope } from "../../../support/runScope";

const frames = tensor("float32", [2, 3, 2], [3, 4, 0, 2, 9, 9, 1, 0, 5, 5, 5, 5]);
const mask = tensor("float32", [2, 3], [1, 1, 0, 0, 0, 0]);

test("frames of length 1 are averaged over the valid ones and scaled again; no frame at all gives zeros", () => {
  const { outputs } = runScope({ frames, mask }, ({ g }, values) => ({
    video: frameEmbedding(g, values["frames"]!, values["mask"]),
  }));
  const [x, y] = [(0.6 + 0) / 2, (0.8 + 1) / 2];
  const found = numbersOf(outputs["video"]!);
  [x / Math.hypot(x, y), y / Math.hypot(x, y), 0, 0].forEach((value, at) => expect(found[at]).toBeCloseTo(value, 6));
});

test("gradient of frames", () => {
  const { maxDifference } = gradcheck({
    label: "frames",
    inputs: [[2, 3, 4]],
    build: (g, x) => frameEmbedding(g, x, g.constant(tensor("float32", [2, 3], [1, 1, 1, 1, 0, 1]))),
  });
  expect(maxDifference).toBeLessThan(GRADIENT_TOLERANCE);
});

test("a given scale stays as it is: no parameter, and the same loss as a learnt scale of that size", () => {
  const [image, text] = [randomTensor("image", [4, 6]), randomTensor("text", [4, 6])];
  const run = (scale?: number) =>
    runScope(
      { image, text },
      (scope, values) => ({ loss: infoNceLoss(scope, values["image"]!, values["text"]!, scale) }),
      scale === undefined ? { state: { logScale: tensor("float32", [], [Math.log(20)]) } } : {},
    );
  const [learnt, given] = [run(), run(20)];
  expect(learnt.context.parameters.map(({ name }) => name)).toEqual(["logScale"]);
  expect(given.context.parameters).toEqual([]);
  expect(numbersOf(given.outputs["loss"]!)[0]).toBeCloseTo(numbersOf(learnt.outputs["loss"]!)[0]!, 5);
});
