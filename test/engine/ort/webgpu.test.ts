import { describe, expect, test } from "vitest";
import { OpBuilder } from "../../../src/core/graph/opBuilder";
import { fromData, tensor, type Tensor, zeros } from "../../../src/core/graph/tensor";
import { initialize } from "../../../src/core/nn/initialize";
import { normal } from "../../../src/core/nn/random";
import { OptimizerConfig } from "../../../src/core/nn/optimizers/optimizer";
import { unipt } from "../../../src/core/petl/unipt/unipt";
import { infoNceLoss } from "../../../src/core/nn/losses/infoNce";
import { buildStepGraph } from "../../../src/core/step/buildStepGraph";
import { OrtExecutor } from "../../../src/engine/ort/ortExecutor";
import { TrainingState } from "../../../src/engine/ort/trainingState";
import { verifyDevice } from "../../../src/engine/ort/verifyDevice";
import { initialState, PlainRegression, regressionBatch, regressionStep } from "./regressionStep";

const [BATCH, TOKENS, WIDTH, STATES, STEPS] = [4, 6, 16, 4, 20];

/** UniPT on token sequences with masks, small enough for a GPU driver in software. */
function uniptStep() {
  return buildStepGraph(
    (scope) => {
      const { g } = scope;
      const hiddenStates = Array.from({ length: STATES }, (_, l) =>
        g.input(`h${l}`, "float32", [BATCH, TOKENS, WIDTH]),
      );
      const mask = g.input("mask", "float32", [BATCH, TOKENS]);
      const { tokens } = unipt.build(
        scope,
        { hiddenStates, mask },
        { name: "unipt", embedDim: 16, reductionFactor: 2 },
      );
      const targets = g.input("targets", "float32", [BATCH, 16]);
      return { loss: infoNceLoss(scope, g.reduceMean(tokens, [1]), targets), reports: {} };
    },
    {
      optimizer: OptimizerConfig.parse({ name: "adamw", learningRate: 5e-3 }),
      schedule: { name: "warmup-cosine", warmupEpochs: 1 },
      length: { stepsPerEpoch: 5, totalSteps: STEPS },
      gradientClip: 2,
    },
  );
}

async function train(executor: OrtExecutor): Promise<{ losses: number[]; weight: Tensor }> {
  const step = uniptStep();
  const initial: Record<string, Tensor> = initialize(step.parameters, 1);
  for (const { input, kind } of step.state) {
    const shape = step.graph.inputs.find(({ name }) => name === input)?.shape as number[];
    if (kind === "moment") initial[input] = zeros("float32", shape);
  }
  const state = await TrainingState.create(initial);
  const program = await executor.prepareStep(step, state);
  const noise = (stream: string, shape: number[]) =>
    fromData(
      "float32",
      shape,
      normal(
        { seed: 2, stream },
        shape.reduce((a, b) => a * b),
      ),
    );
  const data: Record<string, Tensor> = { targets: noise("targets", [BATCH, 16]) };
  for (let l = 0; l < STATES; l++) data[`h${l}`] = noise(`h${l}`, [BATCH, TOKENS, WIDTH]);
  const lengths = [6, 3, 5, 2];
  const valid = lengths.flatMap((length) => Array.from({ length: TOKENS }, (_, t) => (t < length ? 1 : 0)));
  data["mask"] = tensor("float32", [BATCH, TOKENS], valid);
  const losses: number[] = [];
  for (let at = 0; at < STEPS; at++) {
    const { loss } = await program.step({ ...data, step: tensor("int64", [], [at]) });
    losses.push(Number(loss?.data[0]));
  }
  const { "upsample.weight": weight } = await state.read(["upsample.weight"]);
  state.dispose();
  await program.dispose();
  return { losses, weight: weight! };
}

const reason = await verifyDevice("webgpu");
if (reason !== undefined) console.log(`WebGPU is not tested: ${reason}`);

describe.skipIf(reason !== undefined)("WebGPU", () => {
  test("20 training steps with the state kept on the device give the CPU's losses", { timeout: 300_000 }, async () => {
    const cpu = await train(new OrtExecutor({ threads: 1 }));
    const gpu = await train(new OrtExecutor({ device: "webgpu" }));
    expect(cpu.losses.at(-1)).toBeLessThan(cpu.losses[0]! / 2);
    gpu.losses.forEach((loss, step) => {
      const expected = cpu.losses[step]!;
      expect(Math.abs(loss - expected) / expected, `step ${step}`).toBeLessThan(1e-3);
    });
    const largest = Math.max(...Array.from(cpu.weight.data as Float32Array, Math.abs));
    const differences = Array.from(cpu.weight.data as Float32Array, (v, i) => Math.abs(v - Number(gpu.weight.data[i])));
    expect(Math.max(...differences) / largest).toBeLessThan(1e-2);
  });

  test(
    "programs of two batch sizes and an evaluation share a state, which outlives them",
    { timeout: 120_000 },
    async () => {
      const executor = new OrtExecutor({ device: "webgpu" });
      const state = await TrainingState.create(initialState());
      const large = await executor.prepareStep(regressionStep(4), state);
      const small = await executor.prepareStep(regressionStep(3), state);
      const g = new OpBuilder();
      const x = g.input("x", "float32", [1, 3]);
      g.output("prediction", g.matMul(x, g.input("weight", "float32", [3, 2])));
      const evaluation = await executor.prepareEvaluation(g.build(), state);
      const plain = new PlainRegression();
      const train = async (batchSize: number, step: number): Promise<void> => {
        const batch = regressionBatch(batchSize, step);
        await (batchSize === 4 ? large : small).step(batch);
        plain.step(batch);
      };
      for (const [step, batchSize] of [4, 3, 4].entries()) await train(batchSize, step);
      const { prediction } = await evaluation.run({ x: tensor("float32", [1, 3], [0, 1, 0]) });
      expect(prediction?.data[1]).toBeCloseTo(plain.weight[3]!, 4);
      await large.dispose();
      await train(3, 3);
      await small.dispose();
      const { weight } = await state.read(["weight"]);
      for (const [i, expected] of plain.weight.entries()) expect(weight?.data[i]).toBeCloseTo(expected, 4);
      await evaluation.dispose();
      state.dispose();
    },
  );
});
