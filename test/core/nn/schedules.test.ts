import { describe, expect, test } from "vitest";
import { interpret } from "../../../src/core/graph/interpret";
import { OpBuilder } from "../../../src/core/graph/opBuilder";
import { numbersOf, tensor } from "../../../src/core/graph/tensor";
import { ScheduleConfig, scheduleFactor, type TrainingLength } from "../../../src/core/nn/schedules";
import { runOnnx } from "../../support/runOnnx";

const length: TrainingLength = { stepsPerEpoch: 4, totalSteps: 20 };

function graphOf(config: ScheduleConfig) {
  const g = new OpBuilder();
  const step = g.input("step", "int64", []);
  g.output("factor", scheduleFactor(g, config, length, g.cast(step, "float64")));
  return g.build();
}

function factors(config: ScheduleConfig): number[] {
  const graph = graphOf(config);
  return Array.from({ length: length.totalSteps + 3 }, (_, step) =>
    Number(interpret(graph, { step: tensor("int64", [], [step]) })["factor"]!.data[0]),
  );
}

const cosine = (t: number): number => 0.5 * (1 + Math.cos(Math.PI * t));

const expected: readonly (readonly [ScheduleConfig, (step: number) => number])[] = [
  [{ name: "constant" }, () => 1],
  // the LXMERT optimizer's warmup_linear, by share of all steps done before
  [{ name: "warmup-linear", warmupFraction: 0.25 }, (step) => (step < 5 ? step / 5 : Math.max(0, (20 - step) / 15))],
  [{ name: "warmup-linear", warmupFraction: 0 }, (step) => Math.max(0, 1 - step / 20)],
  // linear from 1 / stepsPerEpoch over the first epoch, then cosine to 0
  [
    { name: "warmup-cosine", warmupEpochs: 1 },
    (step) => (step < 4 ? (step + 1) / 4 : cosine(Math.min(1, (step - 4) / 16))),
  ],
  [{ name: "warmup-cosine", warmupEpochs: 0 }, (step) => cosine(Math.min(1, step / 20))],
  // the cosine starts with the first step, not after the warm-up
  [{ name: "bert-cosine", warmupFraction: 0.1 }, (step) => (step < 2 ? step / 2 : cosine(step / 20))],
  [{ name: "bert-cosine", warmupFraction: 0 }, (step) => cosine(step / 20)],
  [{ name: "step-decay", atEpochs: [2, 4], factor: 0.1 }, (step) => (step < 8 ? 1 : step < 16 ? 0.1 : 0.01)],
  [{ name: "step-decay", atEpochs: [], factor: 0.1 }, () => 1],
];

describe("factor of the learning rate by step", () => {
  test.each(expected)("%j", (config, factor) => {
    const found = factors(config);
    found.forEach((value, step) => expect(value, `step ${step}`).toBeCloseTo(factor(step), 12));
  });

  test.each(expected)("%j runs in ONNX Runtime", async (config, factor) => {
    const graph = graphOf(config);
    for (const step of [0, 3, 4, 9, 16, 20]) {
      const { factor: found } = await runOnnx(graph, { step: tensor("int64", [], [step]) });
      expect(numbersOf(found!)[0], `step ${step}`).toBeCloseTo(factor(step), 12);
    }
  });
});

describe("configuration", () => {
  test("fills in published defaults", () => {
    expect(ScheduleConfig.parse({ name: "warmup-linear" })).toEqual({ name: "warmup-linear", warmupFraction: 0.05 });
    expect(ScheduleConfig.parse({ name: "step-decay" })).toEqual({ name: "step-decay", atEpochs: [15], factor: 0.1 });
  });

  test("rejects what no schedule has", () => {
    expect(ScheduleConfig.safeParse({ name: "cosine" }).success).toBe(false);
    expect(ScheduleConfig.safeParse({ name: "constant", warmupEpochs: 1 }).success).toBe(false);
  });
});
