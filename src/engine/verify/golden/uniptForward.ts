import type { Executor } from "../../../core/graph/executor";
import type { Value } from "../../../core/graph/graphBuilder";
import type { Tensor } from "../../../core/graph/tensor";
import { fromOfficialState, type OfficialState } from "../../../core/petl/unipt/officialState";
import {
  Comparison,
  forwardTolerance,
  type GoldenResult,
  gradientTolerance,
  zeroGradientTolerance,
} from "./comparison";
import { GoldenReader } from "./readGolden";
import { runModel, weightedSum } from "./runModel";
import {
  buildGoldenModel,
  clip4ClipModel,
  clipVilModel,
  type GoldenModel,
  mdetrModel,
  vseCnnModel,
  vseTransformerModel,
} from "./uniptModels";

/** A variant whose file holds parameters, an output and gradients. */
function moduleCheck(modelOf: (golden: GoldenReader) => GoldenModel) {
  return async (json: unknown, executor: Executor): Promise<GoldenResult> => {
    const golden = new GoldenReader(json);
    const { results, state } = await runUnipt(golden, executor, "eval", modelOf(golden));
    const comparison = new Comparison();
    compareIntermediates(comparison, golden, results);
    compareOutputAndGradients(comparison, golden, results, state, isGateBias);
    return comparison.result();
  };
}

/** `vse_transformer`: variant A, output, confidence and all gradients. */
export const checkVseTransformer = moduleCheck(vseTransformerModel);
/** `clip4clip_text` and `clip4clip_image`: variant C, likewise. */
export const checkClip4Clip = moduleCheck(clip4ClipModel);
/** `clipvil`: variant D, output and gradients. */
export const checkClipVil = moduleCheck(clipVilModel);
/** `mdetr`: variant E, encoder memory, all outputs of the decoder, and gradients. */
export const checkMdetr = moduleCheck(mdetrModel);

/** `vse_cnn_train` and `vse_cnn_eval`: variant B, output, gradients and running statistics. */
export async function checkVseCnn(json: unknown, executor: Executor): Promise<GoldenResult> {
  const golden = new GoldenReader(json);
  const isTraining = golden.at("meta").at("mode").string === "train";
  const { results, state } = await runUnipt(golden, executor, isTraining ? "train" : "eval", vseCnnModel(golden));
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
const isGateBias = (name: string): boolean => /^(side_)?gate_layer.*\.bias$/.test(name);
/** A bias in front of a batch norm in training mode is taken out with the mean. */
const isBiasBeforeNorm = (name: string): boolean => /^(downsample_layers\.\d+|projection_layer)\.0\.bias$/.test(name);

async function runUnipt(
  golden: GoldenReader,
  executor: Executor,
  mode: "train" | "eval",
  model: GoldenModel,
): Promise<{ results: Record<string, Tensor>; state: OfficialState }> {
  const official = {
    ...golden.at("params").named,
    ...(golden.has("buffers_before") ? golden.at("buffers_before").named : {}),
  };
  let state: OfficialState = { feeds: {}, ours: new Map() };
  const results = await runModel(
    executor,
    mode,
    (scope, feed) => {
      const { inputs, method, output } = buildGoldenModel(scope, feed, model);
      const { confidence, decoder } = method;
      const outputs: Record<string, Value> = {
        output,
        ...(confidence && { confidence }),
        ...(decoder && { side_img_memory: decoder.memory }),
      };
      const read = [...inputs.hiddenStates, ...(inputs.embedding ? [inputs.embedding] : [])];
      const sources = golden.has("input_grads") ? read : [];
      return { outputs, loss: weightedSum(scope, output, golden.at("cotangent").tensor), inputs: sources };
    },
    (context) => {
      state = fromOfficialState(context, model.preset, official);
      return state.feeds;
    },
  );
  return { results, state };
}

function compareIntermediates(
  comparison: Comparison,
  golden: GoldenReader,
  results: Readonly<Record<string, Tensor>>,
): void {
  if (!golden.has("intermediate")) return;
  for (const name of ["confidence", "side_img_memory"]) {
    if (!golden.at("intermediate").has(name)) continue;
    comparison.tensor(name, results[name], golden.at("intermediate").at(name).tensor, forwardTolerance);
  }
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
  for (const [name, expected] of inputGradients(golden)) {
    comparison.tensor(`gradient of ${name}`, results[`gradient/${name}`], expected, gradientTolerance);
  }
}

/** Gradients with respect to what is fed, by graph input: a list for the hidden states, or an object. */
function inputGradients(golden: GoldenReader): [string, Tensor][] {
  if (!golden.has("input_grads")) return [];
  const given = golden.at("input_grads");
  const isObject = given.has("hidden_states");
  const states = isObject ? given.at("hidden_states").tensors : given.tensors;
  const named = states.map((gradient, index): [string, Tensor] => [`hiddenStates.${index}`, gradient]);
  return isObject ? [...named, ["embedding", given.at("raw_anchor").tensor]] : named;
}
