import { describe, expect, test } from "vitest";
import type { Value } from "../../../src/core/graph/graphBuilder";
import { OpBuilder } from "../../../src/core/graph/opBuilder";
import { inPlaceState } from "../../../src/core/step/inPlaceState";
import type { StepGraph } from "../../../src/core/step/stepGraph";

/** A step graph whose state "s" [3, 3] becomes what `next` makes of it. */
function stepOf(next: (g: OpBuilder, s: Value, x: Value) => Value): StepGraph {
  const g = new OpBuilder("step");
  const x = g.input("x", "float32", [3, 3]);
  g.output("s.next", next(g, g.input("s", "float32", [3, 3]), x));
  return {
    graph: g.build(),
    parameters: [],
    buffers: [],
    randomInputs: [],
    state: [{ input: "s", output: "s.next", kind: "parameter" }],
    reports: [],
  };
}

const isInPlace = (next: (g: OpBuilder, s: Value, x: Value) => Value): boolean => inPlaceState(stepOf(next)).has("s");

describe("inPlaceState", () => {
  test("accepts an element-wise update", () => {
    expect(isInPlace((g, s, x) => g.add(g.mul(s, g.scalar(0.9)), x))).toBe(true);
  });

  test("accepts a weight whose readers all come before its update", () => {
    expect(isInPlace((g, s, x) => g.sub(s, g.softmax(g.matMul(x, s))))).toBe(true);
  });

  test("refuses a reader that the update does not wait for", () => {
    expect(
      isInPlace((g, s, x) => {
        g.output("report", g.matMul(x, s));
        return g.sub(s, x);
      }),
    ).toBe(false);
  });

  test("sees through transposes and reshapes, which a runtime may read late", () => {
    expect(
      isInPlace((g, s, x) => {
        const late = g.swapLast(s);
        g.output("report", g.matMul(x, late));
        return g.sub(s, g.reduceMean(late, [0], true));
      }),
    ).toBe(false);
  });

  test("refuses a writer, or its neighbour, that reads other positions than it writes", () => {
    expect(isInPlace((g, s) => g.swapLast(s))).toBe(false);
    expect(isInPlace((g, s, x) => g.matMul(s, x))).toBe(false);
    expect(isInPlace((g, s, x) => g.add(g.matMul(x, s), x))).toBe(false);
    expect(isInPlace((g, s, x) => g.mul(g.add(g.matMul(x, s), x), x))).toBe(false);
    expect(isInPlace((g, s) => g.sub(s, g.reduceMean(s, [0], true)))).toBe(false);
  });

  test("refuses a state of another shape and one that passes through unchanged", () => {
    const g = new OpBuilder("step");
    g.output("s.next", g.reduceMean(g.input("s", "float32", [3, 3]), [0], true));
    expect(inPlaceState({ ...stepOf((_, s) => s), graph: g.build() }).size).toBe(0);
  });
});
