import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import { tensor } from "../../graph/tensor";
import type { ModelScope } from "../modelContext";
import { bidirectionalGru } from "./bidirectionalGru";
import { linear } from "./linear";
import { positionTable } from "./positionTable";
import { sortDescending } from "./sortDescending";
import { fillPadding } from "./tokenPooling";

export interface GpoOptions {
  readonly positionDim?: number;
  readonly hiddenDim?: number;
}

const TEMPERATURE = 0.1;
/** Score of positions beyond a sample's length; after division by the temperature its softmax is exactly 0. */
const EXCLUDED_SCORE = -10000;

/**
 * Generalised Pooling Operator of VSE∞: sorts each channel's values and adds them up with weights that depend on the rank
 * alone, learnt by a GRU over position codes; mean, max and every k-max pooling are special cases.
 * VSE-infty/lib/modules/aggr/gpo.py, d_pe = d_hidden = 32.
 *
 * tokens [B, N, E], mask [B, N] → [B, E].
 */
export function gpoPooling(scope: ModelScope, tokens: Value, mask: Value | undefined, options: GpoOptions = {}): Value {
  const { g } = scope;
  const weights = gpoWeights(scope, tokens.shape[1] ?? 1, mask, options); // [B or 1, N]
  // Sorting along the last axis reads memory in order, which is worth the transposition.
  const channels = g.swapLast(mask ? fillPadding(g, tokens, mask) : tokens); // [B, E, N]
  const sorted = sortDescending(g, channels, 2);
  // What the padding was filled with sorts behind all features, where the weights are exactly 0.
  return g.squeeze(g.matMul(sorted, g.unsqueeze(weights, [2])), [2]); // [B, E]
}

/** Weight of each rank, largest value first; [B, N], or [1, N] where all samples have all tokens. */
export function gpoWeights(
  scope: ModelScope,
  length: number,
  mask: Value | undefined,
  options: GpoOptions = {},
): Value {
  const { g } = scope;
  const { positionDim = 32, hiddenDim = 32 } = options;
  const valid = mask && validRanks(g, mask); // [B, N], bool
  const states = bidirectionalGru(
    scope.scope("gru"),
    positionTable(length, positionDim),
    valid && g.cast(valid, "float32"),
    hiddenDim,
  ); // [N, B, h]
  const scores = g.transpose(g.squeeze(linear(scope.scope("scores"), states, 1, { bias: false }), [2]), [1, 0]); // [B, N]
  const kept = valid ? g.where(valid, scores, g.scalar(EXCLUDED_SCORE)) : scores;
  return g.softmax(g.mul(kept, g.scalar(1 / TEMPERATURE)));
}

/** Ranks below the number of valid tokens, mask [B, N] → bool [B, N]. */
function validRanks(g: OpBuilder, mask: Value): Value {
  const length = mask.shape[1] ?? 1;
  const ranks = g.constant(tensor("float32", [1, length], [...Array(length).keys()]));
  return g.less(ranks, g.reduceSum(mask, [1], true));
}
