import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import { tensor } from "../../graph/tensor";
import { l2Normalize, mdetrL2 } from "../layers/l2Normalize";
import { boxCorners, boxOverlap } from "./boxOverlap";

/** What the heads say of every query. */
export interface GroundingPrediction {
  /** Scores of the text's token slots, the last being "no object", [B, Q, K]. */
  readonly logits: Value;
  /** Centre and size as shares of the image, [B, Q, 4]. */
  readonly boxes: Value;
  /** Queries in the space that they share with tokens, [B, Q, D]. */
  readonly queries: Value;
  /** Tokens of the text there, [B, T, D]. */
  readonly tokens: Value;
}

/** The boxes that are looked for, up to G per sample. */
export interface GroundingTarget {
  /** Centre and size as shares of the image, [B, G, 4]. */
  readonly boxes: Value;
  /** 1 where there is a box, 0 on padding, [B, G]. */
  readonly mask: Value;
  /** Which token slots speak of each box, [B, G, K]: ones (as the released batching leaves them) or shares. */
  readonly tokenMap: Value;
  /** The query matched with each box, int64 [B, G]; see matchBoxes. */
  readonly matching: Value;
}

export interface GroundingLosses {
  readonly softToken: Value;
  readonly box: Value;
  readonly giou: Value;
  readonly alignment: Value;
  readonly total: Value;
}

/** Weights and constants of the published training. */
export const groundingWeights = { softToken: 1, box: 5, giou: 2, alignment: 1 } as const;
const NO_OBJECT_WEIGHT = 0.1;
const TEMPERATURE = 0.07;
const COUNT_EPSILON = 1e-6;

/**
 * MDETR's losses of one output, each divided by the number of boxes in the batch (at least 1):
 *
 *   soft token   − Σ map · ln softmax(logits) of matched queries, the others being "no object" at a tenth of the weight
 *   box          |predicted − true| summed over the four numbers;  giou  1 − GIoU
 *   alignment    of queries with tokens, both of length 1, over 0.07: − mean of positives + logsumexp of all, for every query
 *                and for every token that has positives, halved
 *
 * MDETR/models/mdetr.py. Queries are picked by products with one 1 per box.
 */
export function groundingLoss(
  g: OpBuilder,
  prediction: GroundingPrediction,
  target: GroundingTarget,
  weights: Readonly<Record<keyof typeof groundingWeights, number>> = groundingWeights,
): GroundingLosses {
  const picks = matchedQueries(g, target, prediction.logits.shape[1] ?? 1); // [B, G, Q]
  const count = g.max(g.reduceSum(target.mask, [0, 1]), g.scalar(1));
  const boxes = boxLosses(g, prediction, target, picks);
  const sums = {
    softToken: softTokenLoss(g, prediction.logits, target.tokenMap, picks),
    ...boxes,
    alignment: alignmentLoss(g, prediction, target.tokenMap, picks),
  };
  const mean = (sum: Value): Value => g.div(sum, count);
  const losses = {
    softToken: mean(sums.softToken),
    box: mean(sums.box),
    giou: mean(sums.giou),
    alignment: mean(sums.alignment),
  };
  const total = (["softToken", "box", "giou", "alignment"] as const)
    .map((name) => g.mul(losses[name], g.scalar(weights[name])))
    .reduce((sum, part) => g.add(sum, part));
  return { ...losses, total };
}

/** One 1 per box, in the column of its query. */
function matchedQueries(g: OpBuilder, { matching, mask }: GroundingTarget, queryCount: number): Value {
  const queries = g.constant(tensor("int64", [1, 1, queryCount], [...Array(queryCount).keys()]));
  return g.mul(g.cast(g.equal(g.unsqueeze(matching, [2]), queries), "float32"), g.unsqueeze(mask, [2]));
}

function softTokenLoss(g: OpBuilder, logits: Value, tokenMap: Value, picks: Value): Value {
  const slotCount = logits.shape[2] ?? 1;
  const logLikelihood = g.logSoftmax(logits); // [B, Q, K]
  const matched = g.reduceSum(g.mul(g.matMul(picks, logLikelihood), tokenMap), [0, 1, 2]);
  const free = g.sub(g.scalar(1), g.reduceSum(picks, [1])); // [B, Q]
  const noObject = g.squeeze(g.slice(logLikelihood, 2, slotCount - 1, slotCount), [2]); // [B, Q]
  const unmatched = g.reduceSum(g.mul(free, noObject), [0, 1]);
  return g.neg(g.add(matched, g.mul(unmatched, g.scalar(NO_OBJECT_WEIGHT))));
}

function boxLosses(
  g: OpBuilder,
  prediction: GroundingPrediction,
  target: GroundingTarget,
  picks: Value,
): { readonly box: Value; readonly giou: Value } {
  const { boxes, mask } = target;
  const matched = g.matMul(picks, prediction.boxes); // [B, G, 4]
  const distances = g.reduceSum(g.abs(g.sub(matched, boxes)), [2]); // [B, G]
  // Padding is compared with itself: no area would be 0 / 0.
  const isBox = g.greater(g.unsqueeze(mask, [2]), g.scalar(0));
  const unit = g.constant(tensor("float32", [1, 1, 4], [0.5, 0.5, 1, 1]));
  const [ours, theirs] = [g.where(isBox, matched, unit), g.where(isBox, boxes, unit)];
  const { giou } = boxOverlap(g, boxCorners(g, ours), boxCorners(g, theirs)); // [B, G]
  return {
    box: g.reduceSum(g.mul(distances, mask), [0, 1]),
    giou: g.reduceSum(g.mul(g.sub(g.scalar(1), giou), mask), [0, 1]),
  };
}

function alignmentLoss(g: OpBuilder, prediction: GroundingPrediction, tokenMap: Value, picks: Value): Value {
  const [queries, tokens] = [l2Normalize(g, prediction.queries, mdetrL2), l2Normalize(g, prediction.tokens, mdetrL2)];
  const logits = g.mul(g.matMul(queries, g.swapLast(tokens)), g.scalar(1 / TEMPERATURE)); // [B, Q, T]
  const ofTokens = g.slice(tokenMap, 2, 0, tokens.shape[1] ?? 1); // [B, G, T]
  const isPositive = g.cast(g.greater(ofTokens, g.scalar(0)), "float32");
  const positives = g.matMul(g.swapLast(picks), isPositive); // [B, Q, T]
  const along = (axis: number): Value => {
    const count = g.reduceSum(positives, [axis]);
    const attraction = g.div(g.reduceSum(g.mul(positives, logits), [axis]), g.add(count, g.scalar(COUNT_EPSILON)));
    const repulsion = g.op("ReduceLogSumExp", [logits, g.ints([axis])]);
    const losses = g.sub(g.reshape(repulsion, attraction.shape), attraction);
    return g.reduceSum(g.where(g.greater(count, g.scalar(0)), losses, g.scalar(0)), [0, 1]);
  };
  return g.mul(g.add(along(2), along(1)), g.scalar(0.5));
}
