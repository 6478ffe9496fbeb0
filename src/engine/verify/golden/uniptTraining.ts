import type { Executor } from "../../../core/graph/executor";
import type { Value } from "../../../core/graph/graphBuilder";
import type { Tensor } from "../../../core/graph/tensor";
import type { ModelScope } from "../../../core/nn/modelContext";
import type { OptimizerConfig } from "../../../core/nn/optimizers/optimizer";
import type { Layout } from "../../../core/petl/unipt/hiddenStateTokens";
import { unipt } from "../../../core/petl/unipt/unipt";
import { buildEvaluationGraph } from "../../../core/step/buildEvaluationGraph";
import { buildStepGraph } from "../../../core/step/buildStepGraph";
import { Comparison, forwardTolerance, type GoldenResult, lossTolerance, traceTolerance } from "./comparison";
import { fromOfficialState } from "./officialState";
import { GoldenReader } from "./readGolden";
import { runTraining, type TrainingRun } from "./trainingRun";
import { lengthMask } from "./vseUnipt";

const adamw: OptimizerConfig = {
  name: "adamw",
  learningRate: 1e-2,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 1e-4,
  noDecay: [],
};
const sgd: OptimizerConfig = {
  name: "sgd",
  learningRate: 2e-2,
  momentum: 0.9,
  nesterov: false,
  weightDecay: 1e-4,
  noDecay: [],
};

/** `train_vse_transformer`: ten steps of AdamW on variant A, the last loss after them. */
export async function checkTrainVseTransformer(json: unknown, executor: Executor): Promise<GoldenResult> {
  const golden = new GoldenReader(json);
  const states = golden.at("inputs").at("hidden_states").tensors;
  const mask = lengthMask(golden.at("inputs").at("lengths").tensor, states[0]?.shape[1] ?? 1);
  const meta = golden.at("meta");
  const run = await train(golden, executor, adamw, {
    layout: "tokens",
    states,
    mask,
    embedDim: meta.at("embed_size").number,
    reductionFactor: meta.at("reduction_factor").number,
    // One more step than updates, only for its loss.
    stepCount: meta.at("steps").number + 1,
  });
  const comparison = new Comparison();
  compareTrace(comparison, golden, run, meta.at("steps").number);
  return comparison.result();
}

/** `train_vse_cnn`: five steps of SGD on variant B with running statistics, then one pass in evaluation mode. */
export async function checkTrainVseCnn(json: unknown, executor: Executor): Promise<GoldenResult> {
  const golden = new GoldenReader(json);
  const states = golden.at("inputs").at("features").tensors;
  const embedDim = golden.at("target").tensor.shape.at(-1) ?? 1;
  const bottleneckDim = golden.at("params_before").at("gate_layer.weight").tensor.shape[1] ?? 1;
  const stepCount = golden.at("meta").at("steps").number;
  const model: Model = {
    layout: "grid",
    states,
    mask: undefined,
    embedDim,
    reductionFactor: Math.floor(embedDim / bottleneckDim),
    stepCount,
  };
  const run = await train(golden, executor, sgd, model);
  const comparison = new Comparison();
  compareTrace(comparison, golden, run, stepCount);
  const evaluation = buildEvaluationGraph((scope) => ({ output: buildUnipt(scope, model) }));
  const program = await executor.prepare(evaluation.graph);
  try {
    const { output } = await program.run({ ...dataOf(model), ...run.states.at(-1) });
    comparison.tensor("output in evaluation mode", output, golden.at("eval_output").tensor, forwardTolerance);
  } finally {
    await program.dispose();
  }
  return comparison.result();
}

interface Model {
  readonly layout: Layout;
  readonly states: readonly Tensor[];
  readonly mask: Tensor | undefined;
  readonly embedDim: number;
  readonly reductionFactor: number;
  readonly stepCount: number;
}

interface OfficialRun extends TrainingRun {
  /** This project's name of each published one. */
  readonly ours: ReadonlyMap<string, string>;
}

async function train(
  golden: GoldenReader,
  executor: Executor,
  optimizer: OptimizerConfig,
  model: Model,
): Promise<OfficialRun> {
  const target = golden.at("target").tensor;
  const step = buildStepGraph(
    (scope) => {
      const { g } = scope;
      const error = g.sub(buildUnipt(scope, model), g.constant(target));
      return { loss: g.reduceMean(g.mul(error, error), [...target.shape.keys()]), reports: {} };
    },
    {
      optimizer,
      schedule: { name: "constant" },
      length: { stepsPerEpoch: model.stepCount, totalSteps: model.stepCount },
    },
  );
  const { feeds, ours } = fromOfficialState(step, model.layout, {
    ...golden.at("params_before").named,
    ...(golden.has("buffers_before") ? golden.at("buffers_before").named : {}),
  });
  const frozen = new Set(
    golden
      .at("meta")
      .at("frozen_params")
      .strings.map((name) => ours.get(name) ?? name),
  );
  const run = await runTraining(executor, step, model.stepCount, feeds, () => dataOf(model), frozen);
  return { ...run, ours };
}

function buildUnipt(scope: ModelScope, { states, mask, embedDim, reductionFactor }: Model): Value {
  const { g } = scope;
  const hiddenStates = states.map(({ shape }, index) => g.input(`hiddenStates.${index}`, "float32", shape));
  const input = { hiddenStates, mask: mask && g.input("mask", "float32", mask.shape) };
  return unipt.build(scope, input, { name: "unipt", embedDim, reductionFactor }).tokens;
}

function dataOf({ states, mask }: Model): Record<string, Tensor> {
  const data = Object.fromEntries(states.map((value, index) => [`hiddenStates.${index}`, value]));
  return mask ? { ...data, mask } : data;
}

function compareTrace(comparison: Comparison, golden: GoldenReader, run: OfficialRun, updateCount: number): void {
  for (const [index, expected] of golden.at("losses").numbers.entries()) {
    comparison.number(`loss of step ${index + 1}`, run.losses[index] ?? NaN, expected, lossTolerance);
  }
  const after = run.states[updateCount];
  for (const key of ["params_after", "buffers_after"]) {
    if (!golden.has(key)) continue;
    for (const [name, expected] of Object.entries(golden.at(key).named)) {
      comparison.tensor(`${name} after training`, after?.[run.ours.get(name) ?? name], expected, traceTolerance);
    }
  }
}
