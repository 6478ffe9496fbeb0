import { expect, test } from "vitest";
import { interpret } from "../../../src/core/graph/interpret";
import { OpBuilder } from "../../../src/core/graph/opBuilder";
import { numbersOf, tensor } from "../../../src/core/graph/tensor";

test.each([1, 7, 8, 13, 60])("splits into %i parts with at most seven outputs per node", (count) => {
  const g = new OpBuilder();
  const sizes = Array.from({ length: count }, (_, at) => 1 + (at % 3));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const values = Array.from({ length: total }, (_, at) => at);
  const parts = g.split(g.input("x", "float32", [total]), sizes, 0);
  parts.forEach((part, at) => g.output(`part.${at}`, part));
  const graph = g.build();
  for (const { opType, outputs } of graph.nodes) if (opType === "Split") expect(outputs.length).toBeLessThanOrEqual(7);
  const results = interpret(graph, { x: tensor("float32", [total], values) });
  expect(sizes.map((_, at) => numbersOf(results[`part.${at}`]!)).flat()).toEqual(values);
  expect(sizes.map((_, at) => results[`part.${at}`]!.shape[0])).toEqual(sizes);
});
