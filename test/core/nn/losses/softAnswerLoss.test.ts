import { expect, test } from "vitest";
import { numbersOf, tensor } from "../../../../src/core/graph/tensor";
import { softAnswerLoss } from "../../../../src/core/nn/losses/softAnswerLoss";
import { gradcheck, GRADIENT_TOLERANCE } from "../../../support/gradcheck";
import { runScope } from "../../../support/runScope";

test("is binary cross-entropy, also where a probability rounds to 0 or 1", () => {
  const logits = tensor("float32", [2, 2], [0.5, -2, 80, -80]);
  const scores = tensor("float32", [2, 2], [0.3, 1, 0.6, 0.9]);
  const { outputs } = runScope({ logits, scores }, ({ g }, values) => ({
    loss: softAnswerLoss(g, values["logits"]!, values["scores"]!, 500),
  }));
  const entropy = (x: number, z: number): number => {
    const p = 1 / (1 + Math.exp(-x));
    return -z * Math.log(p) - (1 - z) * Math.log(1 - p);
  };
  // far out the logarithm of the smaller probability is the logit itself
  const expected = (entropy(0.5, 0.3) + entropy(-2, 1) + 0.4 * 80 + 0.9 * 80) / 4;
  expect(numbersOf(outputs["loss"]!)[0]).toBeCloseTo(500 * expected, 3);
});

test("gradient, above all at the logit 0 of an answer that starts from nothing: σ(0) − z", () => {
  const scores = tensor("float32", [2, 3], [0, 1, 0.3, 0.6, 0, 0.9]);
  const check = gradcheck({
    label: "answers",
    inputs: [{ shape: [2, 3], values: [0, 0, 0, 1.5, -2, 0.2] }],
    build: (g, logits) => softAnswerLoss(g, logits, g.constant(scores), 6),
  });
  expect(check.maxDifference).toBeLessThan(GRADIENT_TOLERANCE);
});
