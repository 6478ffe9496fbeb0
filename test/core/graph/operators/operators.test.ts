import { describe, expect, test } from "vitest";
import { interpret } from "../../../../src/core/graph/interpret";
import { opTypes } from "../../../../src/core/graph/opType";
import { numbersOf } from "../../../../src/core/graph/tensor";
import { encodeModel } from "../../../../src/core/onnx/encodeModel";
import { expectTensor } from "../../../support/expectTensor";
import { runInOrt } from "../../../support/ort";
import { broadcastingCases, elementwiseCases } from "./elementwiseCases";
import { indexingCases, joiningCases, shapingCases } from "./movementCases";
import { caseGraph, type OperatorCase } from "./operatorCase";
import { normalizationCases, productCases } from "./productCases";
import { poolingCases, reductionCases } from "./reductionCases";

const cases: readonly OperatorCase[] = [
  ...elementwiseCases,
  ...broadcastingCases,
  ...productCases,
  ...normalizationCases,
  ...reductionCases,
  ...poolingCases,
  ...shapingCases,
  ...joiningCases,
  ...indexingCases,
];

test("every operator has a case", () => {
  const covered = new Set(cases.map(({ opType }) => opType));
  expect(opTypes.filter((opType) => !covered.has(opType))).toEqual([]);
});

describe("reference evaluation agrees with ONNX Runtime", () => {
  for (const operator of cases) {
    test(`${operator.opType}: ${operator.note}`, async () => {
      const { graph, feeds } = caseGraph(operator);
      const expected = await runInOrt(encodeModel(graph), feeds);
      const actual = interpret(graph, feeds);
      for (const { name, dtype, shape } of graph.outputs) {
        const isExact = dtype !== "float32" && dtype !== "float64";
        expectTensor(actual[name], expected[name], isExact ? 0 : 1e-5);
        expect(shape).toEqual(expected[name]?.shape);
      }
    });
  }
});

describe("evaluation in double precision agrees with that in single precision", () => {
  for (const operator of cases) {
    test(`${operator.opType}: ${operator.note}`, () => {
      const { graph, feeds } = caseGraph(operator);
      const single = interpret(graph, feeds);
      const double = interpret(graph, feeds, { floats: "float64" });
      for (const { name, dtype } of graph.outputs) {
        expect(double[name]?.dtype).toBe(dtype === "float32" ? "float64" : dtype);
        const wide = numbersOf(double[name]!);
        for (const [index, value] of numbersOf(single[name]!).entries())
          if (!Object.is(value, wide[index])) expect(Math.fround(wide[index]!)).toBe(value);
      }
    });
  }
});
