import { z } from "zod";
import type { Value } from "../graph/graphBuilder";
import { gpoPooling } from "../nn/layers/gpoPooling";
import { l2Normalize, vseInfinityL2 } from "../nn/layers/l2Normalize";
import { meanPool } from "../nn/layers/tokenPooling";
import { contrastiveLoss, type ContrastiveLossConfig } from "../nn/losses/contrastiveLoss";
import type { TrainingPosition } from "../nn/losses/tripletHinge";
import type { ModelScope } from "../nn/modelContext";
import type { MethodInput, MethodOutput } from "../petl/method";
import { buildMethod, type MethodConfig } from "../petl/methods";

/** The `pooling` of a retrieval experiment: how tokens become one embedding. */
export const EmbeddingPooling = z
  .enum(["mean", "gpo"])
  .describe("How tokens become one embedding: their mean, or the Generalised Pooling Operator of VSE∞.");
export type EmbeddingPooling = z.infer<typeof EmbeddingPooling>;

export interface RetrievalModelConfig {
  readonly image: MethodConfig;
  readonly text: MethodConfig;
  readonly pooling: EmbeddingPooling;
  readonly loss: ContrastiveLossConfig;
}

export interface ImageTextRetrievalGraph {
  /** [B, E], of length 1. */
  readonly imageEmbedding: Value;
  /** [B, E], of length 1. */
  readonly textEmbedding: Value;
  /** α [B, L] of the methods that have one. */
  readonly imageConfidence?: Value | undefined;
  readonly textConfidence?: Value | undefined;
  /** Scalar; in training graphs only. */
  readonly loss?: Value | undefined;
}

/**
 * Image-text retrieval as in VSE∞: each modality's method, pooling, scaling to length 1; similarity is the dot product.
 * In training mode rows of the two inputs are matching pairs and the loss is added; `position` is needed by the staged
 * triplet loss. In evaluation mode the two batch sizes may differ.
 * @throws UserError when hidden states do not suit a method's options.
 */
export function buildImageTextRetrieval(
  scope: ModelScope,
  inputs: { readonly image: MethodInput; readonly text: MethodInput },
  config: RetrievalModelConfig,
  position?: TrainingPosition,
): ImageTextRetrievalGraph {
  const image = buildEmbedding(scope.scope("image"), inputs.image, config.image, config.pooling);
  const text = buildEmbedding(scope.scope("text"), inputs.text, config.text, config.pooling);
  return {
    imageEmbedding: image.embedding,
    textEmbedding: text.embedding,
    imageConfidence: image.method.confidence,
    textConfidence: text.method.confidence,
    loss: scope.isTraining
      ? contrastiveLoss(scope.scope("loss"), image.embedding, text.embedding, config.loss, position)
      : undefined,
  };
}

/** One modality: method, pooling, length 1. Parameters are under `method` and `pooling` of `scope`. */
export function buildEmbedding(
  scope: ModelScope,
  input: MethodInput,
  config: MethodConfig,
  pooling: EmbeddingPooling,
): { readonly embedding: Value; readonly method: MethodOutput } {
  const { g } = scope;
  const method = g.scoped(scope.prefix, () => buildMethod(scope.scope("method"), input, config));
  const { tokens, mask } = method; // [B, N', E]
  const pooled = pooling === "gpo" ? gpoPooling(scope.scope("pooling"), tokens, mask) : meanPool(g, tokens, mask); // [B, E]
  return { embedding: l2Normalize(g, pooled, vseInfinityL2), method };
}
