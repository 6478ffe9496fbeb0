import { z } from "zod";
import { gpoPooling } from "../nn/layers/gpoPooling";
import { l2Normalize, vseInfinityL2 } from "../nn/layers/l2Normalize";
import { meanPool } from "../nn/layers/tokenPooling";
import type { ModelScope } from "../nn/modelContext";
import type { MethodInput } from "../petl/method";
import { buildMethod, type MethodConfig } from "../petl/methods";
import type { EmbeddedSide } from "./embeddedSide";

/** The `pooling` of a retrieval experiment: how tokens become one embedding. */
export const EmbeddingPooling = z
  .enum(["mean", "gpo"])
  .describe("How tokens become one embedding: their mean, or the Generalised Pooling Operator of VSE∞.");
export type EmbeddingPooling = z.infer<typeof EmbeddingPooling>;

/**
 * One side of image-text retrieval as in VSE∞: method, pooling, length 1; similarity is the dot product. Parameters are under
 * `method` and `pooling` of `scope`.
 * @throws UserError when hidden states do not suit the method's options
 */
export function buildEmbedding(
  scope: ModelScope,
  input: MethodInput,
  config: MethodConfig,
  pooling: EmbeddingPooling,
): EmbeddedSide {
  const { g } = scope;
  const method = g.scoped(scope.prefix, () => buildMethod(scope.scope("method"), input, config));
  const { tokens, mask, confidence, confidenceLayers } = method; // [B, N', E]
  const pooled = pooling === "gpo" ? gpoPooling(scope.scope("pooling"), tokens, mask) : meanPool(g, tokens, mask); // [B, E]
  return { embedding: l2Normalize(g, pooled, vseInfinityL2), confidence, confidenceLayers };
}
