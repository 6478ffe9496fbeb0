import type { QuestionAnsweringConfig } from "../experiment/tasks/questionAnsweringConfig";
import type { Value } from "../graph/graphBuilder";
import { answerHead, type HeadStart, type LayerWeights } from "../nn/heads/answerHead";
import type { ModelScope } from "../nn/modelContext";
import type { MethodInput } from "../petl/method";
import { buildMethod } from "../petl/methods";

/** What the answer head is made of beside its options. */
export interface AnswerModel {
  readonly answerCount: number;
  /** The backbone's pooler, frozen. */
  readonly pooler?: LayerWeights | undefined;
  readonly start?: HeadStart | undefined;
}

export interface QuestionAnsweringGraph {
  /** [B, answers] */
  readonly logits: Value;
  /** α [B, L], where the method has one. */
  readonly confidence?: Value | undefined;
  /** The hidden state that each column of `confidence` stands for. */
  readonly confidenceLayers: readonly number[];
}

/**
 * Question answering as in CLIP-ViL: the method's first token, the backbone's pooler, which no gradient changes but every
 * gradient passes, and the answer head. Parameters are under `joint.method` and `head` of `scope`.
 * @throws UserError when hidden states do not suit the method's options
 */
export function buildQuestionAnswering(
  scope: ModelScope,
  input: MethodInput,
  { joint }: Pick<QuestionAnsweringConfig, "joint">,
  model: AnswerModel,
): QuestionAnsweringGraph {
  const { g } = scope;
  const side = scope.scope("joint");
  const method = g.scoped(side.prefix, () => buildMethod(side.scope("method"), input, joint.method));
  const feature = g.squeeze(g.slice(method.tokens, 1, 0, 1), [1]); // [B, E]
  const { answerCount, start, pooler } = model;
  const logits = g.scoped("head", () =>
    answerHead(scope.scope("head"), feature, {
      answerCount,
      start,
      pooler: pooler && { weight: g.constant(pooler.weight), bias: g.constant(pooler.bias) },
    }),
  );
  return { logits, confidence: method.confidence, confidenceLayers: method.confidenceLayers ?? [] };
}
