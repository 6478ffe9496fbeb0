import type { Feeds } from "../../core/graph/executor";
import { fromData, tensor, type Tensor, zeros } from "../../core/graph/tensor";
import { initialize } from "../../core/nn/initialize";
import { layerNorm } from "../../core/nn/layers/layerNorm";
import { linear } from "../../core/nn/layers/linear";
import { infoNceLoss } from "../../core/nn/losses/infoNce";
import { OptimizerConfig } from "../../core/nn/optimizers/optimizer";
import { normal } from "../../core/nn/random";
import { buildStepGraph } from "../../core/step/buildStepGraph";
import type { StepGraph } from "../../core/step/stepGraph";
import type { OrtExecutor } from "./ortExecutor";
import { TrainingState } from "./trainingState";

const [BATCH, WIDTH, STEPS] = [8, 32, 3];

/** A small training step made of the operators that UniPT's own steps are made of. */
export function probeStep(): { step: StepGraph; state: Record<string, Tensor>; feeds: (step: number) => Feeds } {
  const step = buildStepGraph(
    (scope) => {
      const { g } = scope;
      const x = g.input("x", "float32", [BATCH, WIDTH]);
      const hidden = g.relu(layerNorm(scope.scope("norm"), linear(scope.scope("lower"), x, WIDTH)));
      const embedding = linear(scope.scope("upper"), hidden, WIDTH); // [B, C]
      return { loss: infoNceLoss(scope, embedding, g.input("targets", "float32", [BATCH, WIDTH])), reports: {} };
    },
    {
      optimizer: OptimizerConfig.parse({ name: "adamw", learningRate: 1e-2 }),
      schedule: { name: "constant" },
      length: { stepsPerEpoch: STEPS, totalSteps: STEPS },
      gradientClip: 1,
    },
  );
  const state: Record<string, Tensor> = initialize(step.parameters, 0);
  const moments = new Set(step.state.filter(({ kind }) => kind === "moment").map(({ input }) => input));
  for (const { name, shape } of step.graph.inputs) {
    if (moments.has(name)) state[name] = zeros("float32", shape as number[]);
  }
  const noise = (stream: string, at: number): Tensor =>
    fromData("float32", [BATCH, WIDTH], normal({ seed: 0, stream, step: at }, BATCH * WIDTH));
  return {
    step,
    state,
    feeds: (at) => ({ x: noise("x", at), targets: noise("targets", 0), step: tensor("int64", [], [at]) }),
  };
}

/** Losses of the probe's first steps on an executor, its state staying on the device in between. */
export async function probeLosses(executor: OrtExecutor): Promise<number[]> {
  const { step, state: initial, feeds } = probeStep();
  const state = await TrainingState.create(initial);
  const program = await executor.prepareStep(step, state);
  const losses: number[] = [];
  try {
    for (let at = 0; at < STEPS; at++) losses.push(Number((await program.step(feeds(at)))["loss"]?.data[0]));
  } finally {
    state.dispose();
    await program.dispose();
  }
  return losses;
}
