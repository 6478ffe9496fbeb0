import type { Executor } from "../../../core/graph/executor";
import { buildStepGraph } from "../../../core/step/buildStepGraph";
import { Comparison, type GoldenResult, optimizerTolerance } from "./comparison";
import { GoldenReader } from "./readGolden";
import { runTraining } from "./trainingRun";

/** `optim_adamw`: a weight and a bias under given gradients, step by step. */
export async function checkAdamW(json: unknown, executor: Executor): Promise<GoldenResult> {
  const golden = new GoldenReader(json);
  const meta = golden.at("meta");
  const [beta1 = 0.9, beta2 = 0.999] = meta.at("betas").numbers;
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
    {
      optimizer: {
        name: "adamw",
        learningRate: meta.at("lr").number,
        beta1,
        beta2,
        epsilon: meta.at("eps").number,
        weightDecay: meta.at("weight_decay").number,
        noDecay: [],
      },
      schedule: { name: "constant" },
      length: { stepsPerEpoch: trace.length, totalSteps: trace.length },
    },
  );
  const { states } = await runTraining(executor, step, trace.length, initial, (index) => {
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
  return comparison.result();
}
