import type { Executor } from "../../../core/graph/executor";
import type { Tensor } from "../../../core/graph/tensor";
import type { OptimizerConfig } from "../../../core/nn/optimizers/optimizer";
import type { ScheduleConfig } from "../../../core/nn/schedules";
import { fromOfficialState } from "../../../core/petl/unipt/officialState";
import { buildEvaluationGraph } from "../../../core/step/buildEvaluationGraph";
import { buildStepGraph } from "../../../core/step/buildStepGraph";
import { Comparison, forwardTolerance, type GoldenResult, lossTolerance, traceTolerance } from "./comparison";
import { GoldenReader } from "./readGolden";
import type { Feed } from "./runModel";
import { runTraining, type TrainingRun } from "./trainingRun";
import { buildGoldenModel, clip4ClipModel, type GoldenModel, vseCnnModel, vseTransformerModel } from "./uniptModels";

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

const bertAdam: OptimizerConfig = {
  name: "bert-adam",
  learningRate: 1e-2,
  beta1: 0.9,
  beta2: 0.98,
  epsilon: 1e-6,
  weightDecay: 0.2,
  tensorClip: 1,
  noDecay: ["bias"],
};

/** `train_vse_transformer`: ten steps of AdamW on variant A, the last loss after them. */
export async function checkTrainVseTransformer(json: unknown, executor: Executor): Promise<GoldenResult> {
  const golden = new GoldenReader(json);
  const comparison = new Comparison();
  const run = await train(golden, executor, adamw, vseTransformerModel(golden));
  compareTrace(comparison, golden, run);
  return comparison.result();
}

/** `train_clip4clip`: ten steps of BertAdam with its schedule on variant C, the last loss after them. */
export async function checkTrainClip4Clip(json: unknown, executor: Executor): Promise<GoldenResult> {
  const golden = new GoldenReader(json);
  const comparison = new Comparison();
  const schedule: ScheduleConfig = { name: "bert-cosine", warmupFraction: 0.2 };
  const run = await train(golden, executor, bertAdam, clip4ClipModel(golden), schedule);
  compareTrace(comparison, golden, run);
  return comparison.result();
}

/** `train_vse_cnn`: five steps of SGD on variant B with running statistics, then one pass in evaluation mode. */
export async function checkTrainVseCnn(json: unknown, executor: Executor): Promise<GoldenResult> {
  const golden = new GoldenReader(json);
  const model = vseCnnModel(golden);
  const run = await train(golden, executor, sgd, model);
  const comparison = new Comparison();
  compareTrace(comparison, golden, run);
  const evaluation = buildEvaluationGraph((scope) => ({
    output: buildGoldenModel(scope, (name, { dtype, shape }) => scope.g.input(name, dtype, shape), model).output,
  }));
  const program = await executor.prepare(evaluation.graph);
  try {
    const { output } = await program.run({ ...run.data, ...run.states.at(-1) });
    comparison.tensor("output in evaluation mode", output, golden.at("eval_output").tensor, forwardTolerance);
  } finally {
    await program.dispose();
  }
  return comparison.result();
}

interface OfficialRun extends TrainingRun {
  /** This project's name of each published one. */
  readonly ours: ReadonlyMap<string, string>;
  /** What every step was fed. */
  readonly data: Readonly<Record<string, Tensor>>;
}

/** Trains on the mean squared error to the file's target, for one step more than updates where it holds the loss after them. */
async function train(
  golden: GoldenReader,
  executor: Executor,
  optimizer: OptimizerConfig,
  model: GoldenModel,
  schedule: ScheduleConfig = { name: "constant" },
): Promise<OfficialRun> {
  const target = golden.at("target").tensor;
  const updateCount = golden.at("meta").at("steps").number;
  const data: Record<string, Tensor> = {};
  const step = buildStepGraph(
    (scope) => {
      const { g } = scope;
      const feed: Feed = (name, value) => {
        data[name] = value;
        return g.input(name, value.dtype, value.shape);
      };
      const error = g.sub(buildGoldenModel(scope, feed, model).output, g.constant(target));
      return { loss: g.reduceMean(g.mul(error, error), [...target.shape.keys()]), reports: {} };
    },
    {
      optimizer,
      schedule,
      length: { stepsPerEpoch: updateCount, totalSteps: updateCount },
    },
  );
  const { feeds, ours } = fromOfficialState(step, model.preset, {
    ...golden.at("params_before").named,
    ...(golden.has("buffers_before") ? golden.at("buffers_before").named : {}),
  });
  const { strings } = golden.at("meta").at("frozen_params");
  const frozen = new Set(strings.map((name) => ours.get(name) ?? name));
  const stepCount = golden.at("losses").numbers.length;
  const run = await runTraining(executor, step, stepCount, feeds, () => data, frozen);
  return { ...run, ours, data };
}

function compareTrace(comparison: Comparison, golden: GoldenReader, run: OfficialRun): void {
  for (const [index, expected] of golden.at("losses").numbers.entries()) {
    comparison.number(`loss of step ${index + 1}`, run.losses[index] ?? NaN, expected, lossTolerance);
  }
  const after = run.states[golden.at("meta").at("steps").number];
  for (const key of ["params_after", "buffers_after"]) {
    if (!golden.has(key)) continue;
    for (const [name, expected] of Object.entries(golden.at(key).named)) {
      comparison.tensor(`${name} after training`, after?.[run.ours.get(name) ?? name], expected, traceTolerance);
    }
  }
}
