import { describe, expect, test } from "vitest";
import type { Graph } from "../../../src/core/graph/graph";
import { interpret } from "../../../src/core/graph/interpret";
import { OpBuilder } from "../../../src/core/graph/opBuilder";
import { specialize } from "../../../src/core/graph/specialize";
import { symbolicBatch } from "../../../src/core/graph/symbolicBatch";
import { tensor } from "../../../src/core/graph/tensor";

/** Rows of each sample, doubled: [B, 2, 3] → [B·2, 3] → [B, 6]. */
function build(batchSize: number): Graph {
  const g = new OpBuilder("doubling");
  const x = g.input("x", "float32", [batchSize, 2, 3]);
  const rows = g.mul(g.reshape(x, [batchSize * 2, 3]), g.constant(tensor("float32", [3], [2, 2, 2])));
  g.output("y", g.reshape(rows, [batchSize, 6]));
  return g.build();
}

describe("symbolicBatch", () => {
  test("leaves the batch open in types and reshapes", () => {
    const graph = symbolicBatch(build);
    expect(graph.inputs).toEqual([{ name: "x", dtype: "float32", shape: ["batch", 2, 3] }]);
    expect(graph.outputs[0]?.shape).toEqual(["batch", 6]);
    expect([...graph.types.values()].map(({ shape }) => shape?.[0])).toContain("2*batch");
    for (const batchSize of [1, 5]) {
      const shape = [batchSize, 2, 3];
      const x = tensor("float32", shape, [...Array(batchSize * 6).keys()]);
      const { y } = interpret(specialize(graph, { x: shape }), { x });
      expect(y).toEqual(
        tensor(
          "float32",
          [batchSize, 6],
          [...Array(batchSize * 6).keys()].map((value) => 2 * value),
        ),
      );
    }
  });

  test("finds a batch size that got into a weight", () => {
    const careless = (batchSize: number): Graph => {
      const g = new OpBuilder("careless");
      const x = g.input("x", "float32", [batchSize]);
      g.output("y", g.mul(x, g.scalar(1 / batchSize)));
      return g.build();
    };
    expect(() => symbolicBatch(careless)).toThrow(/depends on the batch size/);
  });
});
