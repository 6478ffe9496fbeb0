import type { Executor } from "../../../core/graph/executor";
import { type OptimizerConfig } from "../../../core/nn/optimizers/optimizer";
import type { ScheduleConfig } from "../../../core/nn/schedules";
import { buildStepGraph } from "../../../core/step/buildStepGraph";
import { Comparison, type GoldenResult, metricTolerance, optimizerTolerance } from "./comparison";
import { GoldenReader } from "./readGolden";
import { runTraining } from "./trainingRun";

/** `optim_adamw`: a weight and a bias under given gradients, step by step. */
export function checkAdamW(json: unknown, executor: Executor): Promise<GoldenResult> {
  const golden = new GoldenReader(json);
  const meta = golden.at("meta");
  const [beta1 = 0.9, beta2 = 0.999] = meta.at("betas").numbers;
  const optimizer: OptimizerConfig = {
    name: "adamw",
    learningRate: meta.at("lr").number,
    beta1,
    beta2,
    epsilon: meta.at("eps").number,
    weightDecay: meta.at("weight_decay").number,
    noDecay: [],
  };
  const { length } = golden.at("trace").list;
  return checkTrace(golden, executor, { optimizer, schedule: { name: "constant" }, totalSteps: length });
}

/** `optim_bertadam`: likewise, with its schedule, whose factors the file lists as well. */
export function checkBertAdam(json: unknown, executor: Executor): Promise<GoldenResult> {
  const golden = new GoldenReader(json);
  const meta = golden.at("meta");
  const optimizer: OptimizerConfig = {
    name: "bert-adam",
    learningRate: meta.at("lr").number,
    beta1: meta.at("b1").number,
    beta2: meta.at("b2").number,
    epsilon: meta.at("eps").number,
    weightDecay: meta.at("wd_w").number,
    tensorClip: meta.at("per_tensor_clip").number,
    noDecay: meta.at("wd_b").number === 0 ? ["b"] : [],
  };
  const schedule: ScheduleConfig = { name: "bert-cosine", warmupFraction: meta.at("warmup").number };
  return checkTrace(golden, executor, { optimizer, schedule, totalSteps: meta.at("t_total").number });
}

interface Trace {
  readonly optimizer: OptimizerConfig;
  readonly schedule: ScheduleConfig;
  readonly totalSteps: number;
}

async function checkTrace(
  golden: GoldenReader,
  executor: Executor,
  { optimizer, schedule, totalSteps }: Trace,
): Promise<GoldenResult> {
  const initial = { w: golden.at("w0").tensor, b: golden.at("b0").tensor };
  const trace = golden.at("trace").list;
  const step = buildStepGraph(
    (scope) => {
      const { g } = scope;
      // Σ p ⊙ gradient has that very gradient.
      const pulls = (["w", "b"] as const).map((name) => {
        const parameter = scope.parameter(name, initial[name].shape, { kind: "values", tensor: initial[name] });
        const given = g.input(`grad_${name}`, "float32", parameter.shape);
        return g.reduceSum(g.mul(parameter, given), [...parameter.shape.keys()]);
      });
      return { loss: pulls.reduce((sum, pull) => g.add(sum, pull)), reports: {} };
    },
    { optimizer, schedule, length: { stepsPerEpoch: totalSteps, totalSteps } },
  );
  const { states, rates } = await runTraining(executor, step, trace.length, initial, (index) => {
    const given = trace[index];
    return given ? { grad_w: given.at("grad_w").tensor, grad_b: given.at("grad_b").tensor } : {};
  });
  const comparison = new Comparison();
  for (const [index, expected] of trace.entries()) {
    for (const name of ["w", "b"]) {
      const after = states[index + 1]?.[name];
      comparison.tensor(`${name} after step ${index + 1}`, after, expected.at(name).tensor, optimizerTolerance);
    }
  }
  if (golden.at("meta").has("schedule_factors")) {
    const factors = golden.at("meta").at("schedule_factors").numbers.slice(0, trace.length);
    const expected = factors.map((factor) => factor * optimizer.learningRate);
    comparison.numbers("learning rate", rates, expected, metricTolerance);
  }
  return comparison.result();
}
