import type { Executor } from "../../../core/graph/executor";
import type { Value } from "../../../core/graph/graphBuilder";
import { type Tensor, tensor } from "../../../core/graph/tensor";
import { numbersOf } from "../../../core/graph/tensor";
import { unipt } from "../../../core/petl/unipt/unipt";
import {
  Comparison,
  forwardTolerance,
  type GoldenResult,
  gradientTolerance,
  zeroGradientTolerance,
} from "./comparison";
import { fromOfficialState, type OfficialState } from "./officialState";
import { GoldenReader } from "./readGolden";
import { runModel, weightedSum } from "./runModel";

/** `vse_transformer`: variant A, output, confidence and all gradients. */
export async function checkVseTransformer(json: unknown, executor: Executor): Promise<GoldenResult> {
  const golden = new GoldenReader(json);
  const states = golden.at("inputs").at("hidden_states").tensors;
  const mask = lengthMask(golden.at("inputs").at("lengths").tensor, states[0]?.shape[1] ?? 1);
  const { results, state } = await runUnipt(golden, executor, "eval", states, mask);
  const comparison = new Comparison();
  const { tensor: confidence } = golden.at("intermediate").at("confidence");
  comparison.tensor("confidence", results["confidence"], confidence, forwardTolerance);
  compareOutputAndGradients(comparison, golden, results, state, isGateBias);
  return comparison.result();
}

/** `vse_cnn_train` and `vse_cnn_eval`: variant B, output, gradients and running statistics. */
export async function checkVseCnn(json: unknown, executor: Executor): Promise<GoldenResult> {
  const golden = new GoldenReader(json);
  const isTraining = golden.at("meta").at("mode").string === "train";
  const maps = golden.at("inputs").at("features").tensors;
  const { results, state } = await runUnipt(golden, executor, isTraining ? "train" : "eval", maps, undefined);
  const comparison = new Comparison();
  for (const [name, expected] of Object.entries(golden.at("buffers_after").named)) {
    const ours = state.ours.get(name) ?? name;
    const actual = isTraining ? results[`${ours}.next`] : state.feeds[ours];
    comparison.tensor(name, actual, expected, forwardTolerance);
  }
  const isZero = (name: string): boolean => isGateBias(name) || (isTraining && isBiasBeforeNorm(name));
  compareOutputAndGradients(comparison, golden, results, state, isZero);
  return comparison.result();
}

/** A bias in front of a softmax over layers cancels. */
const isGateBias = (name: string): boolean => name === "gate_layer.bias";
/** A bias in front of a batch norm in training mode is taken out with the mean. */
const isBiasBeforeNorm = (name: string): boolean => /^(downsample_layers\.\d+|projection_layer)\.0\.bias$/.test(name);

async function runUnipt(
  golden: GoldenReader,
  executor: Executor,
  mode: "train" | "eval",
  states: readonly Tensor[],
  mask: Tensor | undefined,
): Promise<{ results: Record<string, Tensor>; state: OfficialState }> {
  const meta = golden.at("meta");
  const official = {
    ...golden.at("params").named,
    ...(golden.has("buffers_before") ? golden.at("buffers_before").named : {}),
  };
  let state: OfficialState = { feeds: {}, ours: new Map() };
  const results = await runModel(
    executor,
    mode,
    (scope, feed) => {
      const hiddenStates = states.map((value, index) => feed(`hiddenStates.${index}`, value));
      const { tokens, confidence } = unipt.build(
        scope,
        { hiddenStates, mask: mask && feed("mask", mask) },
        {
          name: "unipt",
          embedDim: meta.at("embed_size").number,
          reductionFactor: meta.at("reduction_factor").number,
        },
      );
      const outputs: Record<string, Value> = { output: tokens, ...(confidence && { confidence }) };
      return { outputs, loss: weightedSum(scope, tokens, golden.at("cotangent").tensor), inputs: hiddenStates };
    },
    (context) => {
      state = fromOfficialState(context, mask ? "tokens" : "grid", official);
      return state.feeds;
    },
  );
  return { results, state };
}

function compareOutputAndGradients(
  comparison: Comparison,
  golden: GoldenReader,
  results: Readonly<Record<string, Tensor>>,
  { ours }: OfficialState,
  isZero: (name: string) => boolean,
): void {
  comparison.tensor("output", results["output"], golden.at("output").tensor, forwardTolerance);
  const gradients = golden.at("param_grads").named;
  const noise = zeroGradientTolerance(Object.values(gradients));
  for (const [name, expected] of Object.entries(gradients)) {
    const actual = results[`gradient/${ours.get(name) ?? name}`];
    const tolerance = isZero(name) ? noise : gradientTolerance;
    comparison.tensor(`gradient of ${name}`, actual, expected, tolerance);
  }
  const inputGradients = golden.has("input_grads") ? golden.at("input_grads").tensors : [];
  for (const [index, expected] of inputGradients.entries()) {
    const actual = results[`gradient/hiddenStates.${index}`];
    comparison.tensor(`gradient of hidden state ${index}`, actual, expected, gradientTolerance);
  }
}

/** 1 below each sample's length, [B] → [B, N]. */
export function lengthMask(lengths: Tensor, tokenCount: number): Tensor {
  const values = numbersOf(lengths).flatMap((length) =>
    Array.from({ length: tokenCount }, (_, i) => (i < length ? 1 : 0)),
  );
  return tensor("float32", [values.length / tokenCount, tokenCount], values);
}
