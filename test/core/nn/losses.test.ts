import { expect, test } from "vitest";
import type { Tensor } from "../../../src/core/graph/tensor";
import { numbersOf, tensor } from "../../../src/core/graph/tensor";
import { gradients } from "../../../src/core/autodiff/gradients";
import { infoNceLoss } from "../../../src/core/nn/losses/infoNce";
import { TripletConfig, tripletHingeLoss } from "../../../src/core/nn/losses/tripletHinge";
import { randomTensor, runScope } from "../../support/runScope";

const image = randomTensor("image", [3, 4]);
const text = randomTensor("text", [3, 4]);

function similarities(): number[][] {
  const [a, b] = [numbersOf(image), numbersOf(text)];
  return [0, 1, 2].map((i) =>
    [0, 1, 2].map((j) => [0, 1, 2, 3].reduce((sum, k) => sum + a[i * 4 + k]! * b[j * 4 + k]!, 0)),
  );
}

test("symmetric InfoNCE is the mean cross-entropy over rows and over columns, halved", () => {
  const { outputs, state } = runScope({ image, text }, (scope, values) => ({
    loss: infoNceLoss(scope, values["image"]!, values["text"]!),
  }));
  const scale = 1 / 0.07;
  const scores = similarities();
  const crossEntropy = (line: readonly number[], label: number): number =>
    Math.log(line.reduce((sum, score) => sum + Math.exp(scale * score), 0)) - scale * line[label]!;
  const rows = scores.map((row, i) => crossEntropy(row, i));
  const columns = [0, 1, 2].map((j) =>
    crossEntropy(
      scores.map((row) => row[j]!),
      j,
    ),
  );
  const expected = [...rows, ...columns].reduce((a, b) => a + b) / 6;
  expect(numbersOf(outputs["loss"]!)[0]!).toBeCloseTo(expected, 5); // the initial scale is float32
  expect(numbersOf(state["logScale"]!)[0]).toBeCloseTo(Math.log(1 / 0.07), 6);
});

test.each([
  [Math.log(50), false],
  [Math.log(101), true],
])("the scale is learnt below 100 and held there: exp(%d)", (logScale, isHeld) => {
  const { outputs } = runScope(
    { image, text },
    (scope, values) => {
      const loss = infoNceLoss(scope, values["image"]!, values["text"]!);
      const [gradient] = gradients(scope.g, loss, [scope.g.value("logScale")!]);
      return { gradient: gradient! };
    },
    { state: { logScale: tensor("float32", [], [logScale]) } },
  );
  expect(numbersOf(outputs["gradient"]!)[0] === 0).toBe(isHeld);
});

function triplet(negatives: TripletConfig["negatives"], step: number, warmupDivisor?: number): number {
  const inputs: Record<string, Tensor> = { image, text, step: tensor("int64", [], [step]) };
  const { outputs } = runScope(inputs, ({ g }, values) => ({
    loss: tripletHingeLoss(
      g,
      values["image"]!,
      values["text"]!,
      { margin: 0.2, negatives },
      { step: values["step"]!, stepsPerEpoch: 4, warmupDivisor },
    ),
  }));
  return numbersOf(outputs["loss"]!)[0]!;
}

test("the hinge sums the false pairs of rows and columns, or the hardest of each", () => {
  const scores = similarities();
  const cost = (i: number, j: number, own: number): number => (i === j ? 0 : Math.max(0, 0.2 + scores[i]![j]! - own));
  const byRow = scores.map((row, i) => row.map((_, j) => cost(i, j, scores[i]![i]!)));
  const byColumn = scores.map((_, j) => scores.map((_row, i) => cost(i, j, scores[j]![j]!)));
  const lines = [...byRow, ...byColumn];
  expect(triplet("all", 0)).toBeCloseTo(
    lines.flat().reduce((a, b) => a + b),
    6,
  );
  expect(triplet("hardest", 0)).toBeCloseTo(
    lines.reduce((sum, line) => sum + Math.max(...line), 0),
    6,
  );
});

test("stages: all negatives in epoch 0, then the hardest, rising from 0 through epoch 1", () => {
  const [all, hardest] = [triplet("all", 0), triplet("hardest", 0)];
  expect([0, 3].map((step) => triplet("staged", step))).toEqual([all, all]);
  for (const [step, factor] of [
    [4, 0],
    [5, 0.25],
    [7, 0.75],
    [8, 1],
    [100, 1],
  ] as const) {
    expect(triplet("staged", step)).toBeCloseTo(factor * hardest, 6);
  }
  expect(triplet("staged", 5, 5)).toBeCloseTo(hardest / 5, 6);
});

test("defaults are those of VSE∞", () => {
  expect(TripletConfig.parse({ name: "triplet" })).toEqual({ name: "triplet", margin: 0.2, negatives: "staged" });
});
