import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import { tokenSelector } from "./tokenSelector";

export type TokenPooling = "mean" | "cls" | "max";

/** Low enough to lose against any feature, and finite, so that a row of padding alone does no harm. */
const PADDING_FILL = -10000;

/**
 * Pools tokens [B, N, d] to [B, d], ignoring padding (mask [B, N], 1 = valid). `cls` takes one token, that of `position`
 * (int64 [B]) or the first.
 */
export function poolTokens(
  g: OpBuilder,
  tokens: Value,
  mask: Value | undefined,
  pooling: TokenPooling,
  position?: Value,
): Value {
  switch (pooling) {
    case "mean":
      return meanPool(g, tokens, mask);
    case "max":
      return g.reduceMax(mask ? fillPadding(g, tokens, mask) : tokens, [1]); // [B, d]
    case "cls":
      if (position) return g.squeeze(g.matMul(tokenSelector(g, position, tokens.shape[1] ?? 1), tokens), [1]);
      return g.squeeze(g.slice(tokens, 1, 0, 1), [1]); // [B, d]
  }
}

/** Mean over valid tokens, [B, N, d] → [B, d]. */
export function meanPool(g: OpBuilder, tokens: Value, mask: Value | undefined): Value {
  if (!mask) return g.reduceMean(tokens, [1]);
  return meanPoolWeighted(g, tokens, meanPoolWeights(g, mask));
}

/**
 * m / Σm, [B, N] → [B, 1, N]: computed once where several layers are pooled. A sequence without any valid token gets zeros
 * (the released VSE∞ code divides 0 by 0 there); all others are the plain quotient.
 */
export function meanPoolWeights(g: OpBuilder, mask: Value): Value {
  const count = g.max(g.reduceSum(mask, [1], true), g.scalar(1)); // [B, 1]
  return g.unsqueeze(g.div(mask, count), [1]);
}

/** Σ_t weights[t] · tokens[t] as one product, [B, 1, N] · [B, N, d] → [B, d]. */
export function meanPoolWeighted(g: OpBuilder, tokens: Value, weights: Value): Value {
  return g.squeeze(g.matMul(weights, tokens), [1]);
}

/** tokens [B, N, d] with −10000 in place of padding. */
export function fillPadding(g: OpBuilder, tokens: Value, mask: Value): Value {
  return g.where(g.unsqueeze(g.greater(mask, g.scalar(0)), [2]), tokens, g.scalar(PADDING_FILL));
}
