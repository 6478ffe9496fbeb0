import { describe, expect, test } from "vitest";
import { string } from "../../../src/core/graph/graph";
import { interpret, ReferenceExecutor } from "../../../src/core/graph/interpret";
import { OpBuilder } from "../../../src/core/graph/opBuilder";
import { tensor } from "../../../src/core/graph/tensor";

function squareGraph() {
  const g = new OpBuilder("square");
  const x = g.input("x", "float32", [2]);
  g.output("y", g.mul(g.cast(g.cast(x, "float64"), "float32"), x));
  return g.build();
}

describe("double precision", () => {
  test("keeps a step of 1e-9, that single precision loses", () => {
    const at = (x: number, floats?: "float64") =>
      Number(interpret(squareGraph(), { x: tensor("float64", [2], [x, 0]) }, floats && { floats })["y"]!.data[0]);
    expect((at(3 + 1e-6, "float64") - at(3 - 1e-6, "float64")) / 2e-6).toBeCloseTo(6, 8);
  });

  test("holds through casts, constants and generators", () => {
    const g = new OpBuilder("generators");
    const x = g.input("x", "float32", [2, 2]);
    const eye = g.op("EyeLike", [x], { dtype: string("float32") });
    const zero = g.op("ConstantOfShape", [g.ints([2, 2])]);
    const one = g.cast(g.greater(x, g.scalar(0)), "float32");
    g.output("y", g.add(g.add(g.mul(x, g.scalar(1 / 3)), eye), g.add(zero, one)));
    const y = interpret(g.build(), { x: tensor("float32", [2, 2], [1, -1, 0, 2]) }, { floats: "float64" })["y"]!;
    const third = Math.fround(1 / 3);
    expect(y).toEqual(tensor("float64", [2, 2], [third + 2, -third, 0, 2 * third + 2]));
  });
});

describe("feeds", () => {
  test("that are missing are named", () => {
    expect(() => interpret(squareGraph(), {})).toThrow('interpret("square"): input "x" is not fed.');
  });

  test("of weights left in files are refused", () => {
    const g = new OpBuilder("external");
    const w = g.initializer("w", { dtype: "float32", shape: [2], location: { path: "/w", offset: 0, length: 8 } });
    g.output("y", g.neg(w));
    expect(() => interpret(g.build(), {})).toThrow('interpret("external"): weight "w" was left in its file.');
  });
});

test("the reference executor runs a graph and rejects what fails", async () => {
  const program = await new ReferenceExecutor().prepare(squareGraph());
  const { y } = await program.run({ x: tensor("float32", [2], [3, -0.5]) });
  expect(y).toEqual(tensor("float32", [2], [9, 0.25]));
  await expect(program.run({})).rejects.toThrow("is not fed");
  await program.dispose();
});
