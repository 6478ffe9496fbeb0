import type { Value } from "../../../core/graph/graphBuilder";
import type { OpBuilder } from "../../../core/graph/opBuilder";
import { numbersOf, type Tensor, tensor } from "../../../core/graph/tensor";
import type { ModelScope } from "../../../core/nn/modelContext";
import type { MethodInput, MethodOutput } from "../../../core/petl/method";
import { unipt } from "../../../core/petl/unipt/unipt";
import type { UniptConfig, UniptPresetName } from "../../../core/petl/unipt/uniptOptions";
import type { GoldenReader } from "./readGolden";
import type { Feed } from "./runModel";

/** UniPT as a golden file describes it: options, and the tensors it reads. */
export interface GoldenModel {
  readonly preset: UniptPresetName;
  readonly config: Partial<UniptConfig>;
  /** Declares the file's inputs. */
  readonly input: (g: OpBuilder, feed: Feed) => MethodInput;
  /** The output that the file holds. */
  readonly output: (g: OpBuilder, method: MethodOutput) => Value;
}

/** Adds the model to a graph: what the method gives, and the output in the file's form. */
export function buildGoldenModel(
  scope: ModelScope,
  feed: Feed,
  { preset, config, input, output }: GoldenModel,
): { readonly inputs: MethodInput; readonly method: MethodOutput; readonly output: Value } {
  const inputs = input(scope.g, feed);
  const method = unipt.build(scope, inputs, { ...config, name: "unipt", preset });
  return { inputs, method, output: output(scope.g, method) };
}

const tokensOf = (_: OpBuilder, { tokens }: MethodOutput): Value => tokens;

/** Variant A; `inputs.lengths` gives the mask. */
export function vseTransformerModel(golden: GoldenReader): GoldenModel {
  const states = golden.at("inputs").at("hidden_states").tensors;
  const mask = lengthMask(golden.at("inputs").at("lengths").tensor, states[0]?.shape[1] ?? 1);
  return {
    preset: "vse-infinity-text",
    config: metaWidths(golden),
    input: (_, feed) => ({ hiddenStates: feedStates(feed, states), mask: feed("mask", mask) }),
    output: tokensOf,
  };
}

/** Variant B. */
export function vseCnnModel(golden: GoldenReader): GoldenModel {
  const states = golden.at("inputs").at("features").tensors;
  return {
    preset: "vse-infinity-cnn",
    config: golden.at("meta").has("embed_size") ? metaWidths(golden) : stateWidths(golden),
    input: (_, feed) => ({ hiddenStates: feedStates(feed, states) }),
    output: tokensOf,
  };
}

/** Variant C, both encoders: only texts have a mask and a position. */
export function clip4ClipModel(golden: GoldenReader): GoldenModel {
  const inputs = golden.at("inputs");
  const isText = inputs.has("position");
  return {
    preset: isText ? "clip4clip-text" : "clip4clip-image",
    config: golden.at("meta").has("embed_size") ? metaWidths(golden) : stateWidths(golden),
    input: (_, feed) => ({
      hiddenStates: feedStates(feed, inputs.at("hidden_states").tensors),
      embedding: feed("embedding", inputs.at("raw_anchor").tensor),
      ...(isText && {
        mask: feed("mask", inputs.at("mask").tensor),
        position: feed("position", inputs.at("position").tensor),
      }),
    }),
    output: (g, { tokens }) => g.squeeze(tokens, [1]),
  };
}

/** Variant D. */
export function clipVilModel(golden: GoldenReader): GoldenModel {
  const inputs = golden.at("inputs");
  const meta = golden.at("meta");
  return {
    preset: "clip-vil",
    config: { embedDim: meta.at("hidden_size").number, reductionFactor: meta.at("reduction_factor").number },
    input: (_, feed) => ({
      hiddenStates: feedStates(feed, inputs.at("hidden_states").tensors),
      mask: feed("mask", inputs.at("mask").tensor),
    }),
    output: tokensOf,
  };
}

/** Variant E; the file's tensors are sequence first, and its output stacks the auxiliary outputs and the final one. */
export function mdetrModel(golden: GoldenReader): GoldenModel {
  const inputs = golden.at("inputs");
  const meta = golden.at("meta");
  const embedDim = meta.at("d_model").number;
  const padding = inputs.at("padding_mask_true_is_pad").tensor;
  const mask = tensor(
    "float32",
    padding.shape,
    numbersOf(padding).map((isPadding) => 1 - isPadding),
  );
  return {
    preset: "mdetr",
    config: {
      embedDim,
      reductionFactor: embedDim / meta.at("d_side").number,
      tappedLayers: meta.at("select_layers").numbers,
    },
    input: (g, feed) => {
      const batchFirst = (name: string, states: readonly Tensor[]): Value[] =>
        states.map((state, index) => g.transpose(feed(`${name}.${index}`, state), [1, 0, 2]));
      return {
        hiddenStates: batchFirst("encoderStates", inputs.at("encoder_states").tensors),
        mask: feed("mask", mask),
        decoderStates: batchFirst("decoderStates", inputs.at("decoder_states").tensors),
      };
    },
    output: (g, { tokens, decoder }) =>
      g.concat(
        [...(decoder?.auxiliaryTokens ?? []), tokens].map((layer) => g.unsqueeze(layer, [0])),
        0,
      ),
  };
}

function feedStates(feed: Feed, states: readonly Tensor[]): Value[] {
  return states.map((state, index) => feed(`hiddenStates.${index}`, state));
}

function metaWidths(golden: GoldenReader): Pick<UniptConfig, "embedDim" | "reductionFactor"> {
  const meta = golden.at("meta");
  return { embedDim: meta.at("embed_size").number, reductionFactor: meta.at("reduction_factor").number };
}

/** Widths of a training trace: its target's, and that of the gate. */
function stateWidths(golden: GoldenReader): Pick<UniptConfig, "embedDim" | "reductionFactor"> {
  const embedDim = golden.at("target").tensor.shape.at(-1) ?? 1;
  const bottleneckDim = golden.at("params_before").at("gate_layer.weight").tensor.shape[1] ?? 1;
  return { embedDim, reductionFactor: Math.floor(embedDim / bottleneckDim) };
}

/** 1 below each sample's length, [B] → [B, N]. */
export function lengthMask(lengths: Tensor, tokenCount: number): Tensor {
  const values = numbersOf(lengths).flatMap((length) =>
    Array.from({ length: tokenCount }, (_, i) => (i < length ? 1 : 0)),
  );
  return tensor("float32", [values.length / tokenCount, tokenCount], values);
}
