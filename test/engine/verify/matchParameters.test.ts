import { describe, expect, test } from "vitest";
import { numbersOf, tensor, type Tensor } from "../../../src/core/graph/tensor";
import { inParameterLayout, matchParameters } from "../../../src/engine/verify/matchParameters";

const of = (shape: number[], values: number[]): Tensor => tensor("float32", shape, values);
const matrix = of([2, 3], [1, 2, 3, 4, 5, 6]);
const transposed = of([3, 2], [1, 4, 2, 5, 3, 6]);

describe("parameters are found among initializers", () => {
  test("as they are, also with further axes of size 1", () => {
    const { matches, missing } = matchParameters(
      new Map([["token", of([3], [1, 2, 3])]]),
      new Map([["c", of([1, 1, 3], [1, 2, 3])]]),
    );
    expect(matches).toEqual([{ initializer: "c", layout: { kind: "same" }, parameters: ["token"] }]);
    expect(missing).toEqual([]);
  });

  test("transposed", () => {
    const { matches } = matchParameters(new Map([["linear.weight", matrix]]), new Map([["MatMul_3", transposed]]));
    expect(matches).toEqual([
      { initializer: "MatMul_3", layout: { kind: "transposed" }, parameters: ["linear.weight"] },
    ]);
    const gradient = inParameterLayout(of([3, 2], [1, 2, 3, 4, 5, 6]), { kind: "transposed" }, matrix);
    expect(gradient.shape).toEqual([2, 3]);
    expect(numbersOf(gradient)).toEqual([1, 3, 5, 2, 4, 6]);
  });

  test("as looked-up or repeated rows, whose gradients add up", () => {
    const table = of([3, 2], [1, 2, 3, 4, 5, 6]);
    const stored = of([1, 4, 2], [3, 4, 1, 2, 3, 4, 3, 4]);
    const { matches } = matchParameters(new Map([["position.weight", table]]), new Map([["folded", stored]]));
    expect(matches).toEqual([
      { initializer: "folded", layout: { kind: "rows", rows: [1, 0, 1, 1] }, parameters: ["position.weight"] },
    ]);
    const gradient = inParameterLayout(of([1, 4, 2], [1, 2, 3, 4, 5, 6, 7, 8]), matches[0]!.layout, table);
    expect(numbersOf(gradient)).toEqual([3, 4, 13, 16, 0, 0]);
  });

  test("by name where values alone leave a choice", () => {
    const zeros = of([2], [0, 0]);
    const { matches } = matchParameters(
      new Map([
        ["a.bias", zeros],
        ["b.bias", zeros],
      ]),
      new Map([
        ["model.b.bias", zeros],
        ["model.a.bias", zeros],
      ]),
    );
    expect(Object.fromEntries(matches.map(({ initializer, parameters }) => [initializer, parameters]))).toEqual({
      "model.a.bias": ["a.bias"],
      "model.b.bias": ["b.bias"],
    });
  });

  test("together where equal values were stored once", () => {
    const ones = of([2], [1, 1]);
    const { matches, missing } = matchParameters(
      new Map([
        ["a.scale", ones],
        ["b.scale", ones],
      ]),
      new Map([["shared", ones]]),
    );
    expect(matches).toEqual([{ initializer: "shared", layout: { kind: "same" }, parameters: ["a.scale", "b.scale"] }]);
    expect(missing).toEqual([]);
  });

  test("or reported missing", () => {
    const { matches, missing } = matchParameters(
      new Map([["w", matrix]]),
      new Map([["c", of([2, 3], [1, 2, 3, 4, 5, 7])]]),
    );
    expect(matches).toEqual([]);
    expect(missing).toEqual(["w"]);
  });
});
