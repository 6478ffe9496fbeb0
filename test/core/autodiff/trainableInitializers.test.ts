import { expect, test } from "vitest";
import { gradients } from "../../../src/core/autodiff/gradients";
import { trainableInitializers } from "../../../src/core/autodiff/trainableInitializers";
import { interpret } from "../../../src/core/graph/interpret";
import { OpBuilder } from "../../../src/core/graph/opBuilder";
import { numbersOf, tensor, type Shape } from "../../../src/core/graph/tensor";

test("opens chosen weights for training and leaves the rest constant", () => {
  const frozen = new OpBuilder("net");
  const w0 = frozen.initializer("w0", tensor("float32", [2, 2], [1, 2, 3, 4]));
  const w1 = frozen.initializer("w1", tensor("float32", [2, 1], [5, 6]));
  const ids = frozen.initializer("ids", tensor("int64", [2], [1, 0]));
  const hidden = frozen.matMul(frozen.input("x", "float32", [3, 2]), w0);
  frozen.output("y", frozen.matMul(frozen.gather(hidden, ids, 1), w1));

  const { graph, trained } = trainableInitializers(frozen.build(), (name) => name !== "w0");
  expect([...trained.keys()]).toEqual(["w1"]);
  expect(graph.inputs.map(({ name }) => name)).toEqual(["x", "w1"]);
  expect([...graph.initializers.keys()].sort()).toEqual(["ids", "w0"]);

  const g = new OpBuilder();
  const bindings = Object.fromEntries(
    graph.inputs.map(({ name, dtype, shape }) => [name, g.input(name, dtype, shape as Shape)]),
  );
  const y = g.inline(graph, bindings, "net").get("y")!;
  g.output("y", y);
  g.output("dw1", gradients(g, g.reduceSum(y, [0, 1]), [bindings["w1"]!])[0]!);
  const x = tensor("float32", [3, 2], [1, 0, 0, 1, 1, 1]);
  const found = interpret(g.build(), { x, w1: trained.get("w1") as typeof x });
  // x w0 = [1 2; 3 4; 4 6], columns exchanged by the ids
  expect(numbersOf(found["y"]!)).toEqual([2 * 5 + 1 * 6, 4 * 5 + 3 * 6, 6 * 5 + 4 * 6]);
  expect(numbersOf(found["dw1"]!)).toEqual([12, 8]);
});
