import { expect, test } from "vitest";
import { fromData, sizeOf, tensor, type Tensor, zeros } from "../../../src/core/graph/tensor";
import { initialize } from "../../../src/core/nn/initialize";
import { infoNceLoss } from "../../../src/core/nn/losses/infoNce";
import { OptimizerConfig } from "../../../src/core/nn/optimizers/optimizer";
import { normal } from "../../../src/core/nn/random";
import { encodeModel } from "../../../src/core/onnx/encodeModel";
import { unipt } from "../../../src/core/petl/unipt/unipt";
import { buildStepGraph } from "../../../src/core/step/buildStepGraph";
import { inPlaceState } from "../../../src/core/step/inPlaceState";
import type { StepGraph } from "../../../src/core/step/stepGraph";
import { OrtSession } from "../../../src/engine/ort/ortSession";
import { StepProgram } from "../../../src/engine/ort/stepProgram";
import { TrainingState } from "../../../src/engine/ort/trainingState";

const [BATCH, TOKENS, WIDTH, EMBED, STATES] = [3, 5, 160, 128, 3];

function uniptStep(optimizer: OptimizerConfig, gradientClip: number | undefined): StepGraph {
  return buildStepGraph(
    (scope) => {
      const { g } = scope;
      const hiddenStates = Array.from({ length: STATES }, (_, l) =>
        g.input(`h${l}`, "float32", [BATCH, TOKENS, WIDTH]),
      );
      const config = { name: "unipt", embedDim: EMBED, reductionFactor: 2 } as const;
      const { tokens, confidence } = unipt.build(scope, { hiddenStates }, config);
      const targets = g.input("targets", "float32", [BATCH, EMBED]);
      const reports = confidence ? { confidence } : {};
      return { loss: infoNceLoss(scope, g.reduceMean(tokens, [1]), targets), reports };
    },
    { optimizer, gradientClip, schedule: { name: "constant" }, length: { stepsPerEpoch: 6, totalSteps: 6 } },
  );
}

async function train(step: StepGraph, inPlace: ReadonlySet<string>): Promise<Record<string, Tensor>> {
  const initial: Record<string, Tensor> = initialize(step.parameters, 1);
  for (const { name, shape } of step.graph.inputs)
    if (step.state.some(({ input, kind }) => input === name && kind === "moment"))
      initial[name] = zeros("float32", shape as number[]);
  const noise = (stream: string, shape: readonly number[]): Tensor =>
    fromData("float32", shape, normal({ seed: 2, stream }, sizeOf(shape)));
  const data: Record<string, Tensor> = { targets: noise("targets", [BATCH, EMBED]) };
  for (let l = 0; l < STATES; l++) data[`h${l}`] = noise(`h${l}`, [BATCH, TOKENS, WIDTH]);

  const state = await TrainingState.create(initial);
  const session = await OrtSession.open(encodeModel(step.graph), { threads: 1 });
  const program = new StepProgram(session, step, state, inPlace);
  const losses: number[] = [];
  for (let at = 0; at < 6; at++) {
    const { loss } = await program.step({ ...data, step: tensor("int64", [], [at]) });
    losses.push(Number(loss?.data[0]));
  }
  expect(losses.at(-1)).toBeLessThan(losses[0]!);
  await program.dispose();
  return state.read();
}

test.each([
  ["AdamW, clipped", { name: "adamw", learningRate: 1e-3 }, 2],
  ["AdamW, not clipped", { name: "adamw", learningRate: 1e-3 }, undefined],
  ["SGD with momentum", { name: "sgd", learningRate: 1e-2, momentum: 0.9 }, undefined],
] as const)("%s: a state that is overwritten becomes bit for bit what two buffers give", async (_, config, clip) => {
  const step = uniptStep(OptimizerConfig.parse(config), clip);
  const inPlace = inPlaceState(step);
  const bytes = (names: (name: string) => boolean): number =>
    step.state
      .filter(({ input }) => names(input))
      .reduce((sum, { input }) => sum + sizeOf(step.graph.types.get(input)?.shape as number[]), 0);
  // What needs a second buffer is little: less than a tenth where the update waits for the norm of all gradients.
  expect(bytes((name) => !inPlace.has(name)) / bytes(() => true)).toBeLessThan(clip === undefined ? 0.5 : 0.1);
  expect(await train(step, inPlace)).toEqual(await train(step, new Set()));
});
