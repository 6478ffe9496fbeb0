import { describe, expect, test } from "vitest";
import { float, int } from "../../../src/core/graph/graph";
import { numbersOf } from "../../../src/core/graph/tensor";
import { decodeModel } from "../../../src/core/onnx/decodeModel";
import { encodeModel } from "../../../src/core/onnx/encodeModel";
import { runInOrt } from "../../support/ort";
import { rawModel, type RawModelSpec } from "../../support/rawModel";
import { attentionCases, type Case, cases, fusedCases, positive, wave } from "./upgradeCases";

function modelOf({
  opset,
  opType,
  domain = "",
  attributes = {},
  constants = [],
  x = wave(2, 3, 4),
  outputs = 1,
}: Case): RawModelSpec {
  const names = constants.map((value, index) => (value ? `c${index}` : ""));
  return {
    opset,
    nodes: [
      {
        opType,
        domain,
        inputs: ["x", ...names],
        outputs: Array.from({ length: outputs }, (_, i) => `y${i}`),
        attributes,
      },
    ],
    domains: domain === "" ? [] : [domain],
    inputs: { x },
    outputs: Array.from({ length: outputs }, (_, i) => `y${i}`),
    initializers: Object.fromEntries(constants.flatMap((value, index) => (value ? [[`c${index}`, value]] : []))),
  };
}

describe("an upgraded graph computes what the original file does", () => {
  for (const operator of [...cases, ...attentionCases, ...fusedCases]) {
    test(`${operator.opType} ${operator.opset}: ${operator.note}`, async () => {
      const bytes = rawModel(modelOf(operator));
      const feeds = { x: operator.x ?? wave(2, 3, 4) };
      const { graph, opset } = decodeModel(bytes);
      expect(opset).toBe(operator.opset);
      if (operator.becomes) expect(graph.nodes.map(({ opType }) => opType)).toEqual(operator.becomes);
      const expected = await runInOrt(bytes, feeds);
      const actual = await runInOrt(encodeModel(graph), feeds);
      for (const [name, value] of Object.entries(expected)) {
        expect(actual[name]?.shape).toEqual(value.shape);
        expect(actual[name]?.dtype).toBe(value.dtype);
        const numbers = numbersOf(actual[name]!);
        numbersOf(value).forEach((number, index) => expect(numbers[index]).toBeCloseTo(number, 6));
      }
    });
  }
});

test("batch norm with a constant's own statistics, by which weights are standardised, is written out", async () => {
  const weights = wave(1, 3, 5);
  const bytes = rawModel({
    opset: 17,
    nodes: [
      {
        opType: "BatchNormalization",
        inputs: ["w", "scale", "bias", "mean", "variance"],
        outputs: ["standardised", "nextMean", "nextVariance"],
        attributes: { training_mode: int(1), epsilon: float(1e-3) },
      },
      { opType: "MatMul", inputs: ["x", "standardised"], outputs: ["y"] },
    ],
    inputs: { x: wave(1, 2, 3) },
    outputs: ["y"],
    initializers: { w: weights, scale: wave(3), bias: positive(3), mean: wave(3), variance: positive(3) },
  });
  const feeds = { x: wave(1, 2, 3) };
  const [expected, actual] = [
    await runInOrt(bytes, feeds),
    await runInOrt(encodeModel(decodeModel(bytes).graph), feeds),
  ];
  numbersOf(expected["y"]!).forEach((value, index) => expect(numbersOf(actual["y"]!)[index]).toBeCloseTo(value, 5));
});
