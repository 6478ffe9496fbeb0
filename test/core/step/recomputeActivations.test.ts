import { describe, expect, test } from "vitest";
import { BACKWARD_SCOPE } from "../../../src/core/autodiff/gradients";
import type { Executor, Feeds } from "../../../src/core/graph/executor";
import type { DataType } from "../../../src/core/graph/tensor";
import { numberToHalf } from "../../../src/core/graph/float16";
import { ReferenceExecutor } from "../../../src/core/graph/interpret";
import { numbersOf, tensor } from "../../../src/core/graph/tensor";
import { initialize } from "../../../src/core/nn/initialize";
import { linear } from "../../../src/core/nn/layers/linear";
import { OptimizerConfig } from "../../../src/core/nn/optimizers/optimizer";
import { buildStepGraph } from "../../../src/core/step/buildStepGraph";
import { predictStepMemory } from "../../../src/core/step/stepMemory";
import { OrtExecutor } from "../../../src/engine/ort/ortExecutor";
import { randomTensor } from "../../support/runScope";

const [batch, tokenCount, width] = [2, 3, 4];

/** A linear layer on the ReLU of what is fed, in the type of a cache, and on a ReLU of its own result. */
function step(dtype: DataType, layers = 1) {
  return buildStepGraph(
    (scope) => {
      const { g } = scope;
      const outputs = Array.from({ length: layers }, (_, layer) => {
        const state = g.cast(g.input(`state.${layer}`, dtype, [batch, tokenCount, width]), "float32");
        const hidden = g.relu(linear(scope.scope(`lower.${layer}`), g.relu(state), width));
        return linear(scope.scope(`upper.${layer}`), hidden, 1);
      });
      const sum = outputs.reduce((a, b) => g.add(a, b));
      return { loss: g.reduceMean(g.mul(sum, sum), [0, 1, 2]), reports: {} };
    },
    {
      optimizer: OptimizerConfig.parse({ name: "sgd", learningRate: 0.1 }),
      schedule: { name: "constant" },
      length: { stepsPerEpoch: 1, totalSteps: 1 },
    },
  );
}

async function run(executor: Executor, graph: ReturnType<typeof step>, dtype: DataType) {
  const numbers = numbersOf(randomTensor("state", [batch, tokenCount, width]));
  const state = dtype === "float16" ? numbers.map(numberToHalf) : numbers;
  const feeds: Feeds = {
    ...initialize(graph.parameters, 1),
    "state.0": tensor(dtype, [batch, tokenCount, width], state),
    step: tensor("int64", [], [0]),
  };
  const program = await executor.prepare(graph.graph);
  try {
    return await program.run(feeds);
  } finally {
    await program.dispose();
  }
}

describe.each<DataType>(["float32", "float16"])("hidden states fed as %s", (dtype) => {
  const graph = step(dtype);

  test("the backward pass makes its own copy of their ReLU, and of nothing else", () => {
    const recomputed = graph.graph.nodes.filter(({ name }) => name.startsWith(`${BACKWARD_SCOPE}/recomputed/`));
    expect(recomputed.map(({ opType }) => opType)).toEqual(dtype === "float32" ? ["Max"] : ["Max", "Cast"]);
    const forward = graph.graph.nodes.find(({ opType, name }) => opType === "Relu" && !name.startsWith(BACKWARD_SCOPE));
    const readers = graph.graph.nodes.filter(({ inputs }) => inputs.includes(forward!.outputs[0]!));
    expect(readers.some(({ name }) => name.startsWith(`${BACKWARD_SCOPE}/`))).toBe(false);
  });

  test("runs in ONNX Runtime with the same result as in the reference interpreter", async () => {
    const [found, expected] = [
      await run(new OrtExecutor({ device: "cpu", threads: 1 }), graph, dtype),
      await run(new ReferenceExecutor(), graph, dtype),
    ];
    for (const { name } of graph.graph.outputs)
      numbersOf(found[name]!).forEach((value, at) => expect(value).toBeCloseTo(numbersOf(expected[name]!)[at]!, 5));
  });
});

test("the predicted peak no longer holds the ReLU of every layer at once", () => {
  const activations = (layers: number): number => predictStepMemory(step("float32", layers)).peakBytes;
  const states = (layers: number): number => layers * batch * tokenCount * width * 4;
  const grown = activations(12) - activations(2) - (states(12) - states(2));
  // of each further layer the hidden activations stay, not the ReLU of its state
  expect(grown / 10).toBeLessThan(3 * batch * tokenCount * width * 4 + 400);
});
