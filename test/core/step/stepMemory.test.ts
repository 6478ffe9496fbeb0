import { expect, test } from "vitest";
import { OpBuilder } from "../../../src/core/graph/opBuilder";
import { predictStepMemory } from "../../../src/core/step/stepMemory";
import type { StepGraph } from "../../../src/core/step/stepGraph";

/** A weight and a moment [256] each, updated by a gradient x [256]; the report may read the weight after its update. */
function stepGraph(readsLate: boolean): StepGraph {
  const g = new OpBuilder("step");
  const x = g.input("x", "float32", [256]);
  const weight = g.input("weight", "float32", [256]);
  const moment = g.add(g.mul(g.input("moment", "float32", [256]), g.scalar(0.9)), x);
  g.output("moment.next", moment);
  g.output("weight.next", g.sub(weight, moment));
  if (readsLate) g.output("report", g.reduceMean(weight, [0]));
  return {
    graph: g.build(),
    parameters: [],
    buffers: [],
    randomInputs: [],
    state: [
      { input: "weight", output: "weight.next", kind: "parameter" },
      { input: "moment", output: "moment.next", kind: "moment" },
    ],
    reports: [],
  };
}

test("state that is overwritten counts once, other state twice", () => {
  const [inPlace, twice] = [predictStepMemory(stepGraph(false)), predictStepMemory(stepGraph(true))];
  expect(inPlace.bytesByKind.optimizerState).toBe(1024);
  expect(inPlace.bytesByKind.weights).toBe(1024 + 4);
  expect(inPlace.bytesByKind.data).toBe(1024);
  expect(twice.bytesByKind.weights).toBe(2 * 1024 + 4 + 8);
});
