import { describe, expect, test } from "vitest";
import { gradients } from "../../../src/core/autodiff/gradients";
import { UserError } from "../../../src/core/errors";
import { int, string, type Graph } from "../../../src/core/graph/graph";
import type { Value } from "../../../src/core/graph/graphBuilder";
import { interpret } from "../../../src/core/graph/interpret";
import { OpBuilder } from "../../../src/core/graph/opBuilder";
import { numbersOf, tensor } from "../../../src/core/graph/tensor";

const all = (value: Value): number[] => value.shape.map((_, axis) => axis);

/** d(Σ f(x))/dx at the given points. */
function derivative(values: number[], f: (g: OpBuilder, x: Value) => Value): number[] {
  const g = new OpBuilder();
  const x = g.input("x", "float32", [values.length]);
  const y = f(g, x);
  g.output("dx", gradients(g, g.reduceSum(y, all(y)), [x])[0]!);
  return numbersOf(interpret(g.build(), { x: tensor("float32", [values.length], values) })["dx"]!);
}

describe("where no derivative exists, a convention holds", () => {
  test("ReLU has slope 0 at 0", () => {
    expect(derivative([-1, 0, 1], (g, x) => g.relu(x))).toEqual([0, 0, 1]);
  });

  test("Clip passes the cotangent on its bounds", () => {
    expect(derivative([-2, -1, 0, 1, 2], (g, x) => g.clip(x, g.scalar(-1), g.scalar(1)))).toEqual([0, 1, 1, 1, 0]);
  });

  test("a tie in ReduceMax goes to the first index, also over several axes", () => {
    expect(derivative([1, 3, 3, 2], (g, x) => g.reduceMax(x, [0]))).toEqual([0, 1, 0, 0]);
    expect(derivative([1, 3, 3, 3], (g, x) => g.reduceMax(g.reshape(x, [2, 2]), [0, 1]))).toEqual([0, 1, 0, 0]);
    expect(derivative([3, 1, 1, 3, 3, 1, 1, 3], (g, x) => g.reduceMax(g.reshape(x, [2, 2, 2]), [0, 2]))).toEqual([
      1, 0, 0, 1, 0, 0, 0, 0,
    ]);
  });

  test("a tie in Max goes to the first operand", () => {
    const g = new OpBuilder();
    const [a, b, c] = ["a", "b", "c"].map((name) => g.input(name, "float32", [3])) as [Value, Value, Value];
    const two = gradients(g, g.reduceSum(g.max(a, b), [0]), [a, b]);
    const three = gradients(g, g.reduceSum(g.op("Max", [a, b, c]), [0]), [a, b, c]);
    [...two, ...three].forEach((value, index) => g.output(`d${index}`, value));
    const row = (values: number[]) => tensor("float32", [3], values);
    const found = interpret(g.build(), { a: row([1, 2, 0]), b: row([1, 1, 3]), c: row([1, 5, 3]) });
    expect(Object.values(found).map((value) => numbersOf(value))).toEqual([
      [1, 1, 0],
      [0, 0, 1],
      [1, 0, 0],
      [0, 0, 1],
      [0, 1, 0],
    ]);
  });

  test("the norm of a zero vector has gradient 0", () => {
    expect(derivative([0, 0], (g, x) => g.op("ReduceL2", [x, g.ints([0])]))).toEqual([0, 0]);
  });
});

describe("the backward walk", () => {
  test("sums the cotangents of a value that is used several times", () => {
    const found = derivative([2, 3], (g, x) =>
      g.add(g.mul(x, g.mul(x, x)), g.sub(g.mul(x, g.scalar(5)), g.exp(g.neg(x)))),
    );
    [2, 3].forEach((x, index) => expect(found[index]).toBeCloseTo(3 * x * x + 5 + Math.exp(-x), 4));
  });

  test("gives zeros where the loss does not depend on a value", () => {
    const g = new OpBuilder();
    const [x, y] = [g.input("x", "float32", [2]), g.input("y", "float32", [2, 3])];
    g.output("dy", gradients(g, g.reduceSum(x, [0]), [y])[0]!);
    const found = interpret(g.build(), {
      x: tensor("float32", [2], [1, 2]),
      y: tensor("float32", [2, 3], [1, 2, 3, 4, 5, 6]),
    });
    expect(found["dy"]!.shape).toEqual([2, 3]);
    expect(numbersOf(found["dy"]!)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  test("differentiates with respect to computed values", () => {
    const g = new OpBuilder();
    const x = g.input("x", "float32", [2]);
    const hidden = g.exp(x);
    const derivatives = gradients(g, g.reduceSum(g.mul(hidden, hidden), [0]), [hidden]);
    g.output("d", derivatives[0]!);
    const graph = g.build();
    expect(graph.nodes.filter(({ opType }) => opType === "Exp")).toHaveLength(1);
    const d = numbersOf(interpret(graph, { x: tensor("float32", [2], [0, 1]) })["d"]!);
    expect(d[0]).toBeCloseTo(2, 6);
    expect(d[1]).toBeCloseTo(2 * Math.E, 5);
  });

  test("refuses a loss of several elements", () => {
    const g = new OpBuilder();
    const x = g.input("x", "float32", [2]);
    expect(() => gradients(g, x, [x])).toThrow(/one float/);
  });

  test("names node, operator and reason when a needed path cannot be differentiated", () => {
    const g = new OpBuilder();
    const x = g.input("x", "float32", [2, 2]);
    const diagonal = g.scoped("head", () => g.op("Einsum", [x], { equation: string("ii->i") }));
    const attempt = () => gradients(g, g.reduceSum(diagonal, [0]), [x]);
    expect(attempt).toThrow(UserError);
    expect(attempt).toThrow(/"head\/Einsum_\d+" \(Einsum\): an index occurs twice/);
  });

  test("does not mind an operator without derivative away from the path", () => {
    const g = new OpBuilder();
    const [ids, table] = [g.input("ids", "int64", [3]), g.input("table", "float32", [4, 2])];
    const mask = g.cast(g.greater(ids, g.scalar(0, "int64")), "float32"); // [3]
    const rows = g.mul(g.gather(table, ids), g.reshape(mask, [3, 1]));
    g.output("d", gradients(g, g.reduceSum(rows, [0, 1]), [table])[0]!);
    const found = interpret(g.build(), {
      ids: tensor("int64", [3], [2, 0, 2]),
      table: tensor("float32", [4, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
    });
    expect(numbersOf(found["d"]!)).toEqual([0, 0, 0, 0, 2, 2, 0, 0]);
  });
});

/** Two blocks of a residual network with frozen weights; outputs are its hidden states. */
function backbone(): Graph {
  const g = new OpBuilder("backbone");
  let x = g.input("x", "float32", [2, 3, 4]);
  for (const block of [0, 1]) {
    const weight = g.initializer(
      `w${block}`,
      tensor(
        "float32",
        [4, 4],
        Array.from({ length: 16 }, (_, i) => Math.sin(i)),
      ),
    );
    x = g.add(x, g.op("Gelu", [g.matMul(x, weight)]));
    g.output(`h${block}`, x);
  }
  return g.build();
}

describe("frozen by construction", () => {
  test("a side network on top of a backbone has no backbone node in its gradient graph", () => {
    const g = new OpBuilder();
    const frozen = backbone();
    const states = g.scoped("unused", () => g.inline(frozen, { x: g.input("x", "float32", [2, 3, 4]) }, "backbone"));
    const before = g.nodes.length;
    const parameters = [0, 1].map((index) => g.input(`side${index}`, "float32", [4, 2]));
    const gate = g.input("gate", "float32", []);
    const side = parameters.map((w, index) => g.relu(g.matMul(states.get(`h${index}`)!, w)));
    const merged = g.add(g.mul(side[0]!, g.sigmoid(gate)), side[1]!);
    const loss = g.reduceMean(g.mul(merged, merged), [0, 1, 2]);
    const forwardEnd = g.nodes.length;
    const derivatives = gradients(g, loss, [...parameters, gate]);
    const backboneValues = new Set(g.nodes.slice(0, before).flatMap((node) => node.outputs));
    const taps = new Set([0, 1].map((index) => states.get(`h${index}`)!.name));
    const backward = g.nodes.slice(forwardEnd);

    expect(backward.length).toBeGreaterThan(5);
    for (const node of backward) {
      expect(node.name.startsWith("backward/"), node.name).toBe(true);
      // the hidden states are read (as constants) for the weights' gradients; nothing inside the backbone is
      for (const input of node.inputs) if (backboneValues.has(input)) expect(taps.has(input), input).toBe(true);
      // and no cotangent has the backbone's width: none flows towards it
      for (const output of node.outputs) expect(g.value(output)!.shape).not.toEqual([2, 3, 4]);
    }
    expect(derivatives.map(({ shape }) => shape)).toEqual([[4, 2], [4, 2], []]);
  });

  test("a weight inside the backbone reaches exactly the blocks above it", () => {
    const gradientNodes = (trained: string): number => {
      const g = new OpBuilder();
      const copied = g.inline(backbone(), { x: g.input("x", "float32", [2, 3, 4]) }, "backbone");
      const top = copied.get("h1")!;
      const count = g.nodes.length;
      gradients(g, g.reduceSum(top, all(top)), [copied.get(trained)!]);
      return g.nodes.slice(count).filter(({ opType }) => opType === "Erf").length;
    };
    expect(gradientNodes("w1")).toBe(1);
    expect(gradientNodes("w0")).toBe(2);
  });
});

describe("algebra that keeps the gradient graph small", () => {
  const opTypesOf = (build: (g: OpBuilder) => Value[]): string[] => {
    const g = new OpBuilder();
    build(g).forEach((value, index) => g.output(`d${index}`, value));
    return g.build().nodes.map((node) => node.opType);
  };

  test.each([
    ["MatMul", (g: OpBuilder, x: Value, w: Value) => g.matMul(x, g.swapLast(w))],
    [
      "Gemm over flattened rows",
      (g: OpBuilder, x: Value, w: Value) =>
        g.reshape(g.gemm(g.reshape(x, [200, 8]), w, undefined, { transB: true }), [4, 50, 3]),
    ],
  ])("the mean over tokens of a product multiplies means, not tokens: %s", (_, product) => {
    const g = new OpBuilder();
    const [x, w] = [g.input("x", "float32", [4, 50, 8]), g.input("w", "float32", [3, 8])];
    const pooled = g.reduceMean(product(g, x, w), [1]);
    const derivatives = gradients(g, g.reduceSum(g.mul(pooled, pooled), [0, 1]), [w, x]);
    derivatives.forEach((value, index) => g.output(`d${index}`, value));
    const graph = g.build();
    const backward = graph.nodes.filter(({ name, opType }) => name.startsWith("backward/") && opType === "Gemm");
    expect(backward).toHaveLength(2);
    for (const node of backward)
      for (const name of node.inputs)
        expect(graph.types.get(name)!.shape!.reduce((a, b) => +a * +b, 1)).toBeLessThanOrEqual(32);
  });

  test("attention needs no transpose of a gradient", () => {
    const types = opTypesOf((g) => {
      const [q, k] = [g.input("q", "float32", [2, 3, 4]), g.input("k", "float32", [2, 5, 4])];
      const scores = g.softmax(g.matMul(q, g.swapLast(k)));
      return gradients(g, g.reduceSum(g.mul(scores, scores), [0, 1, 2]), [q, k]);
    });
    // one in the forward pass, one in front of a product, where the runtime folds it in
    expect(types.filter((type) => type === "Transpose").length).toBeLessThanOrEqual(2);
  });

  test("a 2-D weight's gradient is one Gemm", () => {
    const types = opTypesOf((g) => {
      const [x, w] = [g.input("x", "float32", [2, 3, 4]), g.input("w", "float32", [4, 5])];
      const y = g.tanh(g.matMul(x, w));
      return gradients(g, g.reduceSum(g.mul(y, y), [0, 1, 2]), [w]);
    });
    expect(types.filter((type) => type === "Gemm")).toHaveLength(1);
    expect(types).not.toContain("Transpose");
  });

  test("an integer-factor upsampling is summed by blocks", () => {
    const types = opTypesOf((g) => {
      const x = g.input("x", "float32", [1, 2, 3, 3]);
      const scales = g.constant(tensor("float32", [4], [1, 1, 2, 2]));
      const y = g.op("Resize", [x, undefined, scales], { mode: string("nearest"), antialias: int(0) });
      return gradients(g, g.reduceSum(g.mul(y, y), [0, 1, 2, 3]), [x]);
    });
    expect(types).not.toContain("MatMul");
  });
});
