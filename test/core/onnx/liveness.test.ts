import { describe, expect, test } from "vitest";
import type { Graph } from "../../../src/core/graph/graph";
import { OpBuilder } from "../../../src/core/graph/opBuilder";
import { zeros } from "../../../src/core/graph/tensor";
import { type MemoryClassifier, type MemoryKind, memoryKinds, predictMemory } from "../../../src/core/onnx/liveness";
import { OptimizerConfig } from "../../../src/core/nn/optimizers/optimizer";
import { ScheduleConfig } from "../../../src/core/nn/schedules";
import { buildStepGraph } from "../../../src/core/step/buildStepGraph";
import { predictStepMemory } from "../../../src/core/step/stepMemory";

const KIB = 1024;
/** 1 KiB of float32. */
const shape = [256];

const byOrigin: MemoryClassifier = (value, node) => (node ? "activations" : value === "x" ? "data" : "weights");

function kinds(partial: Partial<Record<MemoryKind, number>>): Record<MemoryKind, number> {
  return { ...(Object.fromEntries(memoryKinds.map((kind) => [kind, 0])) as Record<MemoryKind, number>), ...partial };
}

function graphOf(build: (g: OpBuilder) => void): Graph {
  const g = new OpBuilder();
  build(g);
  return g.build();
}

describe("predictMemory", () => {
  test("element-wise operators write over an input that dies there", () => {
    const graph = graphOf((g) => {
      const a = g.matMul(g.input("x", "float32", [16, 16]), g.initializer("w", zeros("float32", [16, 16])));
      g.output("y", g.matMul(g.relu(g.exp(g.tanh(a))), g.initializer("w2", zeros("float32", [16, 16]))));
    });
    // x, one buffer for the whole chain, y; the two weights.
    expect(predictMemory(graph, byOrigin)).toMatchObject({
      peakBytes: 5 * KIB,
      bytesByKind: kinds({ data: KIB, weights: 2 * KIB, activations: 2 * KIB }),
    });
  });

  test("an input that is still to be read is not written over", () => {
    const graph = graphOf((g) => {
      const a = g.exp(g.input("x", "float32", shape));
      g.output("y", g.sub(g.tanh(a), g.exp(a)));
    });
    // x, a, tanh(a), and exp(a) over a; y is computed straight into its own buffer.
    expect(predictMemory(graph, byOrigin).peakBytes).toBe(4 * KIB);
  });

  test("views take no memory, and keep alive what they look at", () => {
    const graph = graphOf((g) => {
      const a = g.exp(g.input("x", "float32", [16, 16]));
      const rows = g.reshape(g.unsqueeze(a, [0]), [256]);
      g.output("y", g.reduceSum(rows, [0]));
    });
    expect(predictMemory(graph, byOrigin).peakBytes).toBe(2 * KIB + 4 + 2 * 8); // the constants [0] and [256]
  });

  test("inputs are never written over", () => {
    const graph = graphOf((g) => g.output("y", g.reduceSum(g.relu(g.input("x", "float32", shape)), [0])));
    expect(predictMemory(graph, byOrigin).bytesByKind.data).toBe(KIB);
    expect(predictMemory(graph, byOrigin).peakBytes).toBe(2 * KIB + 4 + 8);
  });

  test("a value kept for later is counted while it waits, and the peak names its node", () => {
    const graph = graphOf((g) => {
      const x = g.input("x", "float32", [16, 16]);
      const early = g.matMul(x, x);
      const wide = g.concat([early, early, early], 0);
      g.output("y", g.matMul(g.reduceSum(wide, [0], true), early));
    });
    const { peakBytes, peakNode } = predictMemory(graph, byOrigin);
    // x, early, wide (3), its sum (64 bytes), the output y (64 bytes) and the constant of the axes.
    expect(peakBytes).toBe(5 * KIB + 128 + 8);
    expect(peakNode).toMatch(/^ReduceSum/);
  });

  test("float16 values take half the bytes", () => {
    const graph = graphOf((g) => g.output("y", g.cast(g.input("x", "float16", shape), "float32")));
    expect(predictMemory(graph, byOrigin).peakBytes).toBe(1.5 * KIB);
  });

  test("values of unknown size are a mistake of the caller", () => {
    const graph = graphOf((g) => g.output("y", g.exp(g.input("x", "float32", shape))));
    const symbolic = { ...graph, types: new Map([["x", { dtype: "float32" as const, shape: ["batch", 2] }]]) };
    expect(() => predictMemory(symbolic, byOrigin)).toThrow(/"x" has no static shape/);
  });
});

test("a training step is told apart by kind", () => {
  const step = buildStepGraph(
    (scope) => {
      const { g } = scope;
      const x = g.input("features", "float32", [8, 64]);
      const weight = scope.parameter("weight", [64, 32], { kind: "constant", value: 0 });
      const hidden = g.tanh(g.matMul(x, weight));
      return { loss: g.reduceMean(g.mul(hidden, hidden), [0, 1]), reports: {} };
    },
    {
      optimizer: OptimizerConfig.parse({ name: "adamw", learningRate: 1e-3 }),
      schedule: ScheduleConfig.parse({ name: "constant" }),
      length: { totalSteps: 10, stepsPerEpoch: 10 },
    },
  );
  const parameterBytes = 64 * 32 * 4;
  const { bytesByKind, peakBytes } = predictStepMemory(step);
  expect(bytesByKind.optimizerState).toBe(2 * parameterBytes); // two moments, overwritten by their next values
  expect(bytesByKind.weights).toBeGreaterThanOrEqual(parameterBytes);
  expect(bytesByKind.weights).toBeLessThan(2 * parameterBytes); // the weight too
  expect(bytesByKind.data).toBe(8 * 64 * 4 + 8);
  expect(bytesByKind.gradients).toBeGreaterThanOrEqual(parameterBytes);
  expect(peakBytes).toBe(memoryKinds.reduce((sum, kind) => sum + bytesByKind[kind], 0));
});
