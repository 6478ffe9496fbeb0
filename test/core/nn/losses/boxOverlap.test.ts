import { expect, test } from "vitest";
import { tensor } from "../../../../src/core/graph/tensor";
import { numbersOf } from "../../../../src/core/graph/tensor";
import { boxCenters, boxCorners, boxOverlap } from "../../../../src/core/nn/losses/boxOverlap";
import { gradcheck, GRADIENT_TOLERANCE } from "../../../support/gradcheck";
import { runScope } from "../../../support/runScope";

test("overlaps of a unit box with others", () => {
  const unit = [0, 0, 1, 1];
  const others = [
    [0, 0, 1, 1], // itself
    [0.5, 0, 1.5, 1], // half of it
    [2, 0, 3, 1], // apart, one width between them
    [0.25, 0.25, 0.75, 0.75], // inside
  ];
  const { outputs } = runScope(
    { a: tensor("float32", [1, 4], unit), b: tensor("float32", [4, 4], others.flat()) },
    ({ g }, { a, b }) => ({ ...boxOverlap(g, a!, b!) }),
  );
  expectClose(numbersOf(outputs["iou"]!), [1, 1 / 3, 0, 1 / 4]);
  expectClose(numbersOf(outputs["giou"]!), [1, 1 / 3, -1 / 3, 1 / 4]);
});

test("corners and centres are each other's inverse", () => {
  const boxes = tensor("float32", [2, 4], [0.5, 0.25, 0.5, 0.25, 3, 2, 1, 4]);
  const { outputs } = runScope({ boxes }, ({ g }, { boxes: values }) => {
    const corners = boxCorners(g, values!);
    return { corners, centers: boxCenters(g, corners) };
  });
  expectClose(numbersOf(outputs["corners"]!), [0.25, 0.125, 0.75, 0.375, 2.5, 0, 3.5, 4]);
  expectClose(numbersOf(outputs["centers"]!), numbersOf(boxes));
});

test("gradients of the generalised overlap, overlapping and apart", () => {
  const { maxDifference } = gradcheck({
    label: "giou",
    inputs: [
      { shape: [3, 4], values: [0.5, 0.5, 0.4, 0.3, 0.2, 0.3, 0.2, 0.2, 0.4, 0.6, 0.7, 0.5] },
      { shape: [3, 4], values: [0.6, 0.4, 0.5, 0.4, 0.8, 0.7, 0.3, 0.2, 0.45, 0.55, 0.2, 0.3] },
    ],
    build: (g, a, b) => boxOverlap(g, boxCorners(g, a), boxCorners(g, b)).giou,
  });
  expect(maxDifference).toBeLessThan(GRADIENT_TOLERANCE);
});

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 6));
}
