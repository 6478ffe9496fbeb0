import type { Value } from "../../graph/graphBuilder";
import { type Tensor, zeros } from "../../graph/tensor";
import { layerNorm } from "../layers/layerNorm";
import { applyLinear, type LinearParameters, linear } from "../layers/linear";
import type { ModelScope } from "../modelContext";

/** Layer norm of BERT. */
const NORM_EPSILON = 1e-12;

/** Weight [answers, H] and bias [answers] of a last layer. */
export interface AnswerRows {
  readonly weight: Tensor<"float32">;
  readonly bias: Tensor<"float32">;
}

export interface AnswerHeadOptions {
  readonly answerCount: number;
  /** The backbone's pooler, which stays as it is between the method's feature and the head. */
  readonly pooler?: LinearParameters | undefined;
  /** Where the last layer starts; see {@link answerRows}. */
  readonly lastLayer?: AnswerRows | undefined;
}

/**
 * Scores of answers to a question as in LXMERT and CLIP-ViL: linear to twice the width, GELU (with erf), layer norm (ε 1e-12),
 * linear to the answers. CLIP-ViL/src/tasks/vqa_model.py.
 *
 * feature [B, E] → logits [B, answers].
 */
export function answerHead(scope: ModelScope, feature: Value, options: AnswerHeadOptions): Value {
  const { g } = scope;
  const { answerCount, pooler, lastLayer } = options;
  const pooled = pooler ? applyLinear(g, feature, pooler) : feature;
  const hidden = g.op("Gelu", [linear(scope.scope("hidden"), pooled, 2 * (pooled.shape.at(-1) ?? 1))]); // [B, 2E]
  const start = lastLayer && {
    initialization: { kind: "values", tensor: lastLayer.weight } as const,
    biasInitialization: { kind: "values", tensor: lastLayer.bias } as const,
  };
  return linear(scope.scope("answers"), layerNorm(scope.scope("norm"), hidden, NORM_EPSILON), answerCount, start);
}

/**
 * Rows of a pre-trained answer layer for other answers: those of the same words are copied, the others are 0.
 * @param pretrained its rows belong to `words`, in order
 * @param answers the answers to start for
 */
export function answerRows(
  pretrained: AnswerRows & { readonly words: readonly string[] },
  answers: readonly string[],
): AnswerRows & { readonly copiedCount: number } {
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
