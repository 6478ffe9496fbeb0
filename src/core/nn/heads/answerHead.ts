import type { Value } from "../../graph/graphBuilder";
import { type Tensor, zeros } from "../../graph/tensor";
import { layerNorm } from "../layers/layerNorm";
import { applyLinear, type LinearOptions, type LinearParameters, linear } from "../layers/linear";
import { type Initialization, type ModelScope, zeroInit } from "../modelContext";

/** Layer norm of BERT. */
const NORM_EPSILON = 1e-12;

/** Standard deviation with which BERT's code base, and with it this head, initialises linear layers; biases start at 0. */
const WEIGHT_DEVIATION = 0.02;

/** Weight and bias of a layer: [out, in] and [out] of a linear one, [width] each of a norm. */
export interface LayerWeights {
  readonly weight: Tensor<"float32">;
  readonly bias: Tensor<"float32">;
}

export interface AnswerHeadOptions {
  readonly answerCount: number;
  /** The backbone's pooler, which stays as it is between the method's feature and the head. */
  readonly pooler?: LinearParameters | undefined;
  /** Where layers start that are not to start at random, such as those of the pre-trained head; see {@link answerRows}. */
  readonly start?: HeadStart | undefined;
}

export interface HeadStart {
  readonly hidden?: LayerWeights | undefined;
  readonly norm?: LayerWeights | undefined;
  readonly answers?: LayerWeights | undefined;
}

/**
 * Scores of answers to a question as in LXMERT and CLIP-ViL: linear to twice the width, GELU (with erf), layer norm (ε 1e-12),
 * linear to the answers. CLIP-ViL/src/tasks/vqa_model.py.
 *
 * feature [B, E] → logits [B, answers].
 */
export function answerHead(scope: ModelScope, feature: Value, options: AnswerHeadOptions): Value {
  const { g } = scope;
  const { answerCount, pooler, start = {} } = options;
  const pooled = pooler ? applyLinear(g, feature, pooler) : feature;
  const width = 2 * (pooled.shape.at(-1) ?? 1);
  const hidden = g.op("Gelu", [linear(scope.scope("hidden"), pooled, width, linearStart(start.hidden))]); // [B, 2E]
  const norm = start.norm && { weight: valuesOf(start.norm.weight), bias: valuesOf(start.norm.bias) };
  const normed = layerNorm(scope.scope("norm"), hidden, NORM_EPSILON, norm);
  return linear(scope.scope("answers"), normed, answerCount, linearStart(start.answers));
}

function linearStart(given: LayerWeights | undefined): LinearOptions {
  if (given) return { initialization: valuesOf(given.weight), biasInitialization: valuesOf(given.bias) };
  return {
    initialization: { kind: "normal", standardDeviation: WEIGHT_DEVIATION },
    biasInitialization: zeroInit,
  };
}

function valuesOf(tensor: Tensor<"float32">): Initialization {
  return { kind: "values", tensor };
}

/**
 * Rows of a pre-trained answer layer for other answers: those of the same words are copied, the others are 0.
 * @param pretrained its rows belong to `words`, in order
 * @param answers the answers to start for
 */
export function answerRows(
  pretrained: LayerWeights & { readonly words: readonly string[] },
  answers: readonly string[],
): LayerWeights & { readonly copiedCount: number } {
  const width = pretrained.weight.shape[1] ?? 1;
  const rowOf = new Map(pretrained.words.map((word, row) => [word, row]));
  const weight = zeros("float32", [answers.length, width]);
  const bias = zeros("float32", [answers.length]);
  let copiedCount = 0;
  for (const [at, answer] of answers.entries()) {
    const row = rowOf.get(answer);
    if (row === undefined) continue;
    weight.data.set(pretrained.weight.data.subarray(row * width, (row + 1) * width), at * width);
    bias.data[at] = pretrained.bias.data[row] ?? 0;
    copiedCount++;
  }
  return { weight, bias, copiedCount };
}

/** Names of the head's parameters in the published state dict, by ours. */
export const answerHeadOfficialNames: Readonly<Record<string, string>> = {
  "hidden.weight": "logit_fc.0.weight",
  "hidden.bias": "logit_fc.0.bias",
  "norm.weight": "logit_fc.2.weight",
  "norm.bias": "logit_fc.2.bias",
  "answers.weight": "logit_fc.3.weight",
  "answers.bias": "logit_fc.3.bias",
};
