import { type Corners, giou, iou } from "../../tasks/grounding/boxes";

/** Boxes that were found for an expression, and the one it means. */
export interface GroundedExpression {
  /** 1 − probability of "no object", per box. */
  readonly scores: readonly number[];
  readonly boxes: readonly Corners[];
  readonly target: Corners;
}

/** Shares in percent. */
export interface GroundingPrecision {
  readonly precisionAt1: number;
  readonly precisionAt5: number;
  readonly precisionAt10: number;
}

/** Least overlap of a hit. */
const THRESHOLD = 0.5;

/**
 * How often one of the k boxes of the highest scores overlaps the right one by half at least. The released evaluation measures
 * the overlap by *generalised* IoU, which is stricter than the plain one (MDETR/datasets/refexp.py). Of equal scores the
 * earlier box counts as higher.
 */
export function groundingPrecision(
  expressions: readonly GroundedExpression[],
  overlap: "giou" | "iou" = "giou",
): GroundingPrecision {
  const measure = { giou, iou }[overlap];
  const firstHits = expressions.map(({ scores, boxes, target }) => {
    const hit = byScore(scores).findIndex((index) => measure(boxes[index] as Corners, target) >= THRESHOLD);
    return hit < 0 ? Infinity : hit;
  });
  const precision = (k: number): number => (100 * firstHits.filter((hit) => hit < k).length) / expressions.length;
  return { precisionAt1: precision(1), precisionAt5: precision(5), precisionAt10: precision(10) };
}

/** Mean intersection over union of the box of the highest score with the right one, in percent. */
export function meanIouOfFirst(expressions: readonly GroundedExpression[]): number {
  const overlaps = expressions.map(({ scores, boxes, target }) => {
    const first = boxes[byScore(scores)[0] ?? 0];
    return first ? iou(first, target) : 0;
  });
  return (100 * overlaps.reduce((sum, overlap) => sum + overlap, 0)) / expressions.length;
}

function byScore(scores: readonly number[]): number[] {
  return scores.map((_, index) => index).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
}
