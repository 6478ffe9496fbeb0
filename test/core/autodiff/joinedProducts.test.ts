import { expect, test } from "vitest";
import { gradients } from "../../../src/core/autodiff/gradients";
import type { Value } from "../../../src/core/graph/graphBuilder";
import { interpret } from "../../../src/core/graph/interpret";
import { OpBuilder } from "../../../src/core/graph/opBuilder";
import { gradcheck, GRADIENT_TOLERANCE } from "../../support/gradcheck";
import { numbersOf } from "../../../src/core/graph/tensor";
import { randomTensor } from "../../support/runScope";

const [rows, inner, outer] = [2, 32, 48];
const x = randomTensor("x", [rows, inner]);
const y = randomTensor("y", [rows, outer]);
const z = randomTensor("z", [rows, outer]);

/** A weight [inner, outer] in three products: x W, y Wᵀ, and W zᵀ. */
function threeUses(g: OpBuilder, weight: Value, [a, b, c]: readonly Value[]): Value[] {
  return [
    g.gemm(a!, weight),
    g.gemm(b!, weight, undefined, { transB: true }),
    g.gemm(weight, c!, undefined, { transB: true }),
  ];
}

test("a weight used for a few rows several times gets its gradient in one product", () => {
  const g = new OpBuilder();
  const weight = g.input("weight", "float32", [inner, outer]);
  const outputs = threeUses(
    g,
    weight,
    [x, y, z].map((value) => g.constant(value)),
  );
  const loss = outputs
    .map((output, at) => g.mul(output, g.constant(randomTensor(`cotangent${at}`, output.shape))))
    .map((product) => g.reduceSum(product, [0, 1]))
    .reduce((sum, part) => g.add(sum, part));
  g.output("gradient", gradients(g, loss, [weight])[0]!);
  const graph = g.build();
  const ofWeightShape = graph.nodes.filter(({ outputs: [name = ""] }) => {
    return graph.types.get(name)?.shape?.join() === `${inner},${outer}`;
  });
  expect(ofWeightShape.map(({ opType }) => opType)).toEqual(["Gemm"]);
  // the same as the three products added up
  const found = numbersOf(
    interpret(graph, { weight: randomTensor("weight", [inner, outer]) }, { floats: "float64" })["gradient"]!,
  );
  const parts = (
    [
      [x, randomTensor("cotangent0", [rows, outer])],
      [randomTensor("cotangent1", [rows, inner]), y],
    ] as const
  ).map(([a, b]) => [numbersOf(a), numbersOf(b)] as const);
  const cotangent = numbersOf(randomTensor("cotangent2", [inner, rows]));
  const last = numbersOf(z);
  found.forEach((value, at) => {
    const [i, j] = [Math.floor(at / outer), at % outer];
    let expected = 0;
    for (let row = 0; row < rows; row++) {
      for (const [a, b] of parts) expected += a[row * inner + i]! * b[row * outer + j]!;
      expected += cotangent[i * rows + row]! * last[row * outer + j]!;
    }
    expect(value).toBeCloseTo(expected, 10);
  });
});

test("gradients of everything else pass as before", () => {
  const check = gradcheck({
    label: "three uses",
    inputs: [
      [inner, outer],
      [rows, inner],
      [rows, outer],
      [rows, outer],
    ],
    build: (g, weight, ...others) => threeUses(g, weight, others),
  });
  expect(check.maxDifference).toBeLessThan(GRADIENT_TOLERANCE);
});

test("with many rows the products are added up", () => {
  const g = new OpBuilder();
  const weight = g.input("weight", "float32", [4, 4]);
  const many = g.constant(randomTensor("many", [8, 4]));
  const loss = g.reduceSum(g.add(g.gemm(many, weight), g.gemm(many, weight, undefined, { transB: true })), [0, 1]);
  g.output("gradient", gradients(g, loss, [weight])[0]!);
  expect(g.build().nodes.some(({ opType }) => opType === "Concat")).toBe(false);
});
