import type { Feeds } from "../../core/graph/executor";
import type { Value } from "../../core/graph/graphBuilder";
import { fromData, sizeOf, tensor, zeros, type Tensor } from "../../core/graph/tensor";
import { initialize } from "../../core/nn/initialize";
import { identityMatrix } from "../../core/nn/layers/identityMatrix";
import type { ModelScope } from "../../core/nn/modelContext";
import { OptimizerConfig } from "../../core/nn/optimizers/optimizer";
import { normal } from "../../core/nn/random";
import { buildStepGraph } from "../../core/step/buildStepGraph";
import type { OrtExecutor } from "../ort/ortExecutor";
import { TrainingState } from "../ort/trainingState";
import type { TrainingCase } from "./benchCase";

/** Factor on the cosine similarities of the loss, as in CLIP. */
const LOGIT_SCALE = 100;

/** Makes a function that does one whole training step of the case: forward, loss, backward and AdamW. */
export async function prepareTrainingCase(
  bench: TrainingCase,
  batch: number,
  executor: OrtExecutor,
): Promise<{ step: () => Promise<number>; dispose: () => Promise<void>; trainableParams: number }> {
  let width = 0;
  const graph = buildStepGraph(
    (scope) => {
      const output = bench.forward(scope, batch);
      width = output.shape.at(-1) ?? 0;
      return { loss: alignmentLoss(scope, output), reports: {} };
    },
    {
      optimizer: OptimizerConfig.parse({ name: "adamw", learningRate: 1e-4, weightDecay: 0.01 }),
      schedule: { name: "constant" },
      length: { totalSteps: 1000, stepsPerEpoch: 1000 },
      skipGradientNorm: true,
    },
  );
  const parameters = initialize(graph.parameters, 0);
  const moments = graph.state.filter(({ kind }) => kind === "moment").map(({ input }) => input);
  const initial: Record<string, Tensor> = { ...parameters };
  for (const { name, shape } of graph.graph.inputs) {
    if (moments.includes(name)) initial[name] = zeros("float32", shape as number[]);
  }
  const state = await TrainingState.create(initial);
  const program = await executor.prepareStep(graph, state);
  const data: Feeds = { ...bench.data(batch), targets: unitRows(batch, width) };
  let done = 0;
  return {
    trainableParams: graph.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    step: async () => {
      const { loss } = await program.step({ ...data, step: tensor("int64", [], [done++]) });
      return Number(loss?.data[0]);
    },
    dispose: async () => {
      state.dispose();
      await program.dispose();
    },
  };
}

/** Symmetric cross-entropy of the normalised (token-averaged) output against fixed unit targets [B, E]. */
function alignmentLoss({ g }: ModelScope, output: Value): Value {
  const pooled = output.shape.length === 3 ? g.reduceMean(output, [1]) : output; // [B, E]
  const norm = g.max(g.op("ReduceL2", [pooled, g.ints([1])]), g.scalar(1e-12)); // [B, 1]
  const [batch = 1, width = 1] = pooled.shape;
  const targets = g.input("targets", "float32", [batch, width]);
  const logits = g.mul(g.matMul(g.div(pooled, norm), g.swapLast(targets)), g.scalar(LOGIT_SCALE)); // [B, B]
  const logLikelihood = g.add(g.logSoftmax(logits, 1), g.logSoftmax(logits, 0));
  const matching = g.reduceSum(g.mul(logLikelihood, identityMatrix(g, batch)), [0, 1]);
  return g.mul(matching, g.scalar(-0.5 / batch));
}

function unitRows(rows: number, width: number): Tensor {
  const values = normal({ seed: 0, stream: "targets" }, rows * width);
  for (let row = 0; row < rows; row++) {
    const part = values.subarray(row * width, (row + 1) * width);
    const norm = Math.hypot(...part);
    part.forEach((value, at) => (part[at] = value / norm));
  }
  return fromData("float32", [rows, width], values);
}
