import { describe, expect, test } from "vitest";
import type { Executor } from "../../../src/core/graph/executor";
import { ReferenceExecutor } from "../../../src/core/graph/interpret";
import { sizeOf, tensor, zeros, type Tensor } from "../../../src/core/graph/tensor";
import type { ModelScope } from "../../../src/core/nn/modelContext";
import { normal } from "../../../src/core/nn/random";
import { OptimizerConfig } from "../../../src/core/nn/optimizers/optimizer";
import { buildEvaluationGraph } from "../../../src/core/step/buildEvaluationGraph";
import { buildStepGraph, type StepForward, type StepOptions } from "../../../src/core/step/buildStepGraph";
import type { StepGraph } from "../../../src/core/step/stepGraph";
import { OrtExecutor } from "../../../src/engine/ort/ortExecutor";

const [BATCH, WIDTH, CLASSES] = [12, 5, 3];

/** Linear classifier with softmax cross-entropy, on labels that a hidden linear map gives. */
function classifier(scope: ModelScope): StepForward {
  const { g } = scope;
  const features = g.input("features", "float32", [BATCH, WIDTH]);
  const labels = g.input("labels", "int64", [BATCH]);
  const layer = scope.scope("head");
  const weight = layer.parameter("weight", [CLASSES, WIDTH], { kind: "constant", value: 0 });
  const bias = layer.parameter("bias", [CLASSES], { kind: "constant", value: 0 });
  const logits = g.gemm(features, weight, bias, { transB: true }); // [B, K]
  const picked = g.gatherElements(g.logSoftmax(logits), g.unsqueeze(labels, [1]), 1); // [B, 1]
  const correct = g.equal(g.argMax(logits, 1), labels); // [B]
  return {
    loss: g.neg(g.reduceMean(picked, [0, 1])),
    reports: { accuracy: g.reduceMean(g.cast(correct, "float32"), [0]) },
  };
}

const options: StepOptions = {
  optimizer: OptimizerConfig.parse({ name: "adamw", learningRate: 0.1 }),
  schedule: { name: "warmup-cosine", warmupEpochs: 1 },
  length: { stepsPerEpoch: 2, totalSteps: 20 },
  gradientClip: 2,
};

const features = tensor("float32", [BATCH, WIDTH], normal({ seed: 1, stream: "features" }, BATCH * WIDTH));
const labels = tensor(
  "int64",
  [BATCH],
  Array.from({ length: BATCH }, (_, row) => {
    const [a = 0, b = 0] = features.data.subarray(row * WIDTH, row * WIDTH + 2);
    return a > 0 ? 0 : b > 0 ? 1 : 2;
  }),
);

function initialState(step: StepGraph): Record<string, Tensor> {
  const inputs = new Map(
    step.graph.inputs.map(({ name, dtype, shape }) => [name, { dtype, shape: shape as number[] }]),
  );
  return Object.fromEntries(
    step.state.map(({ input }) => {
      const { dtype, shape } = inputs.get(input)!;
      // parameters start off zero: there the bias of a class with its fair share of labels has gradient 0 up to rounding,
      // which Adam would turn into a step of full size
      const isParameter = step.parameters.some(({ name }) => name === input);
      const start = normal({ seed: 2, stream: input }, sizeOf(shape)).map((value) => 0.1 * value);
      return [input, isParameter ? tensor("float32", shape, start) : zeros(dtype, shape)];
    }),
  );
}

async function train(executor: Executor, step: StepGraph, steps: number) {
  const program = await executor.prepare(step.graph);
  let state = initialState(step);
  const reports: Record<string, number>[] = [];
  for (let index = 0; index < steps; index++) {
    const outputs = await program.run({ ...state, features, labels, step: tensor("int64", [], [index]) });
    state = Object.fromEntries(step.state.map(({ input, output }) => [input, outputs[output]!]));
    reports.push(Object.fromEntries(step.reports.map((name) => [name, Number(outputs[name]!.data[0])])));
  }
  await program.dispose();
  return { state, reports };
}

describe("a step graph", () => {
  test("gives the same falling losses in the interpreter and in ONNX Runtime", async () => {
    const step = buildStepGraph(classifier, options);
    const reference = await train(new ReferenceExecutor(), step, 10);
    const native = await train(new OrtExecutor(), step, 10);
    const losses = reference.reports.map(({ loss }) => loss!);
    expect(losses[0]).toBeCloseTo(Math.log(CLASSES), 0);
    losses.slice(1).forEach((loss, index) => expect(loss).toBeLessThan(losses[index]!));
    native.reports.forEach((report, index) => {
      for (const name of step.reports)
        expect(report[name], `${name} at step ${index}`).toBeCloseTo(reference.reports[index]![name]!, 5);
    });
    expect(reference.reports.at(-1)!["accuracy"]).toBeGreaterThan(reference.reports[0]!["accuracy"]!);
  });

  test("reports loss, learning rate and gradient norm beside what the task adds", async () => {
    const step = buildStepGraph(classifier, options);
    expect([...step.reports].sort()).toEqual(["accuracy", "gradientNorm", "learningRate", "loss"]);
    const { reports } = await train(new ReferenceExecutor(), step, 3);
    expect(reports.map(({ learningRate }) => learningRate)).toEqual([0.05, 0.1, 0.1].map(Math.fround));
  });

  test("links every parameter and moment to its next value, of equal type and shape", () => {
    const { graph, state, parameters } = buildStepGraph(classifier, options);
    expect(parameters.map(({ name }) => name)).toEqual(["head.weight", "head.bias"]);
    for (const { name } of parameters)
      expect(state).toContainEqual({ kind: "parameter", input: name, output: `${name}.next` });
    for (const { input, output } of state) {
      const [before, after] = [graph.inputs, graph.outputs].map((values, index) =>
        values.find(({ name }) => name === [input, output][index]),
      );
      expect(after!.shape, input).toEqual(before!.shape);
      expect(after!.dtype).toBe(before!.dtype);
    }
    const outputs = new Set([...state.map(({ output }) => output), "loss", "learningRate", "gradientNorm", "accuracy"]);
    expect(new Set(graph.outputs.map(({ name }) => name))).toEqual(outputs);
  });

  test("leaves the gradient norm out on demand", () => {
    const { reports, graph } = buildStepGraph(classifier, {
      ...options,
      gradientClip: undefined,
      skipGradientNorm: true,
    });
    expect(reports).not.toContain("gradientNorm");
    expect(graph.nodes.map(({ opType }) => opType)).not.toContain("ReduceSumSquare");
  });

  test("updates small parameters together: their number hardly changes the number of nodes", () => {
    const nodes = (count: number): number =>
      buildStepGraph((scope) => {
        const { g } = scope;
        const x = g.input("x", "float32", [4]);
        const biases = Array.from({ length: count }, (_, index) =>
          scope.parameter(`bias${index}`, [4], { kind: "constant", value: 0 }),
        );
        const shifted = biases.reduce((sum, bias) => g.add(sum, bias), x);
        return { loss: g.reduceSum(g.mul(shifted, shifted), [0]), reports: {} };
      }, options).graph.nodes.length;
    // Add in the forward pass and the renaming of the output
    expect(nodes(40) - nodes(20)).toBeLessThanOrEqual(2 * 20);
  });

  test("updates large parameters by themselves, a dozen nodes each, scalars shared", () => {
    const nodes = (count: number): number =>
      buildStepGraph((scope) => {
        const { g } = scope;
        const x = g.input("x", "float32", [100, 100]);
        const weights = Array.from({ length: count }, (_, index) =>
          scope.parameter(`weight${index}`, [100, 100], { kind: "constant", value: 0 }),
        );
        const shifted = weights.reduce((sum, weight) => g.add(sum, weight), x);
        return { loss: g.reduceSum(g.mul(shifted, shifted), [0, 1]), reports: {} };
      }, options).graph.nodes.length;
    // 12 for the update and clipping, 3 for the norm, 3 renamed outputs, 1 in the forward pass
    expect(nodes(10) - nodes(9)).toBeLessThanOrEqual(19);
  });

  test("carries buffers, dropout and statistics through", () => {
    const step = buildStepGraph((scope) => {
      const { g } = scope;
      const x = g.input("x", "float32", [2, 3]);
      const weight = scope.parameter("weight", [3], { kind: "constant", value: 1 });
      const mean = scope.buffer("mean", [3], { kind: "constant", value: 0 });
      mean.update(g.reduceMean(x, [0]));
      const y = scope.dropout(g.mul(scope.standardize(x), weight), 0.5);
      return { loss: g.reduceSum(y, [0, 1]), reports: {} };
    }, options);
    expect(step.state).toContainEqual({ kind: "buffer", input: "mean", output: "mean.next" });
    expect(step.randomInputs.map(({ shape }) => shape)).toEqual([[2, 3]]);
    expect(step.buffers.map(({ name }) => name)).toEqual(["mean", "standardize.mean", "standardize.deviation"]);
  });
});

test("the evaluation graph has the same parameters, and outputs by name", async () => {
  const evaluation = buildEvaluationGraph((scope) => {
    const { reports, loss } = classifier(scope);
    return { ...reports, loss };
  });
  expect(evaluation.parameters).toEqual(buildStepGraph(classifier, options).parameters);
  const program = await new ReferenceExecutor().prepare(evaluation.graph);
  const zero = Object.fromEntries(evaluation.parameters.map(({ name, shape }) => [name, zeros("float32", shape)]));
  const { loss, accuracy } = await program.run({ ...zero, features, labels });
  expect(loss!.data[0]).toBeCloseTo(Math.log(CLASSES), 6);
  expect(sizeOf(accuracy!.shape)).toBe(1);
});
