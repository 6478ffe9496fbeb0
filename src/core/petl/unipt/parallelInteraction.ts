import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import { identityMatrix } from "../../nn/layers/identityMatrix";
import { l1Normalize } from "./l1Normalize";
import type { UniptOptions } from "./uniptOptions";

type InteractionOptions = Pick<UniptOptions, "interaction" | "normalizer" | "epsilon" | "epsilonConvention">;

/** Added to the scores of padding in front of a softmax. */
const EXCLUDED = -1e9;

/**
 * Parallel interaction: how much each token of the guide takes from each token of a layer,
 *
 *   S = Q Fᵀ,   A = L1( ReLU( S ⊙ m ) ) over the layer's tokens,   M = A + 1
 *
 * Padding is excluded as context (columns); a row without a positive score is all zeros before the identity is added.
 * UniPT (CVPR 2024); VSE-infty/lib/adapter_for_transformer.py. In CLIP4Clip, and wherever there are not as many queries as
 * tokens, the layer's own token takes the identity's place: 1 is added in its column. The other normalisers are ablations: a
 * softmax excludes padding by a large negative score, the sigmoid by a weight of 0.
 *
 * query [B, Q, d], tokens [B, N, d], columnMask [B, 1, N], ownToken [B or 1, 1, N] with one 1 per sample → M [B, Q, N], rows
 * are queries. Undefined means the identity alone.
 */
export function parallelInteraction(
  g: OpBuilder,
  query: Value,
  tokens: Value,
  columnMask: Value | undefined,
  options: InteractionOptions,
  ownToken?: Value,
): Value | undefined {
  if (options.interaction === "none") return ownToken;
  const scores = g.matMul(query, g.swapLast(tokens)); // [B, Q, N]
  const weights = normalizeScores(g, scores, tokens.shape.at(-1) ?? 1, columnMask, options);
  switch (options.interaction) {
    case "attention":
      return weights;
    case "attention-identity":
      return g.add(weights, identityMatrix(g, tokens.shape[1] ?? 1));
    case "attention-token":
      if (!ownToken) throw new Error("The interaction needs to know which token is the layer's own.");
      return g.add(weights, ownToken);
  }
}

/** Weights of tokens from their scores [..., N]; `width` is that of the vectors the scores are products of. */
export function normalizeScores(
  g: OpBuilder,
  scores: Value,
  width: number,
  columnMask: Value | undefined,
  options: InteractionOptions,
): Value {
  switch (options.normalizer) {
    case "relu-l1":
      return l1Normalize(g, g.relu(columnMask ? g.mul(scores, columnMask) : scores), options);
    case "sigmoid": {
      const weights = g.sigmoid(scores);
      return columnMask ? g.mul(weights, columnMask) : weights;
    }
    case "softmax":
    case "scaled-softmax": {
      const scaled = options.normalizer === "softmax" ? scores : g.mul(scores, g.scalar(1 / Math.sqrt(width)));
      if (!columnMask) return g.softmax(scaled);
      const exclusion = g.mul(g.sub(g.scalar(1), columnMask), g.scalar(EXCLUDED)); // [B, 1, N]
      return g.softmax(g.add(scaled, exclusion));
    }
  }
}
