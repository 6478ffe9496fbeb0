import { describe, expect, test } from "vitest";
import { opTypes, type OpType } from "../../../src/core/graph/opType";
import { numbersOf } from "../../../src/core/graph/tensor";
import { gradcheck, GRADIENT_TOLERANCE, lossForms, type GradientCase } from "../../support/gradcheck";
import { runOnnx } from "../../support/runOnnx";
import { elementwiseCases } from "./cases/elementwise";
import { movementCases } from "./cases/movement";
import { poolingCases } from "./cases/pooling";
import { productCases } from "./cases/products";
import { reductionCases } from "./cases/reductions";

/** Total over the operators: a new one does not compile until it has a case. */
const cases: { readonly [T in OpType]: readonly GradientCase[] } = {
  ...elementwiseCases,
  ...productCases,
  ...reductionCases,
  ...poolingCases,
  ...movementCases,
};

const table = opTypes.flatMap((opType) =>
  cases[opType].map((testCase) => ({ opType, label: testCase.label, testCase })),
);

test("every operator has a case", () => {
  for (const opType of opTypes) expect(cases[opType].length, opType).toBeGreaterThan(0);
});

describe("gradients match central differences", () => {
  test.each(table)("$label", ({ opType, testCase }) => {
    for (const form of lossForms) {
      const { graph, maxDifference } = gradcheck(testCase, form);
      expect(graph.nodes.map((node) => node.opType)).toContain(opType);
      expect(maxDifference, form).toBeLessThan(GRADIENT_TOLERANCE);
    }
  });
});

describe("ONNX Runtime computes the same gradients", () => {
  test.each(table)("$label", async ({ testCase }) => {
    const { graph, feeds, outputs } = gradcheck(testCase);
    const found = await runOnnx(graph, feeds);
    for (const [name, wanted] of Object.entries(outputs)) {
      const exact = numbersOf(wanted);
      const scale = Math.max(0.01, ...exact.map(Math.abs));
      numbersOf(found[name]!).forEach((value, at) => expect(Math.abs(value - exact[at]!) / scale).toBeLessThan(2e-5));
    }
  });
});
