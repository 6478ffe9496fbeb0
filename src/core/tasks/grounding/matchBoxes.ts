import { assign } from "./assign";
import { type CenterBox, cornersOf, giou } from "./boxes";

/** What one output says of a sample's queries. */
export interface QueryPredictions {
  /** Scores of the token slots, [Q, K]. */
  readonly logits: ArrayLike<number>;
  /** Centre and size as shares of the image, [Q, 4]. */
  readonly boxes: ArrayLike<number>;
  readonly queryCount: number;
}

/** A box that is looked for. */
export interface TargetBox {
  readonly box: CenterBox;
  /** Weight of each token slot, [K]: ones or shares on the tokens that speak of the box. */
  readonly tokenMap: ArrayLike<number>;
}

/** Weights of the published matcher. */
export const matchingWeights = { token: 1, box: 5, giou: 2 } as const;

/**
 * The query for each box so that all together cost least: −Σ softmax(logits) · map, the distance of the four numbers, and
 * −GIoU, weighted. MDETR/models/matcher.py. A sample has at least as many queries as boxes.
 */
export function matchBoxes(
  predictions: QueryPredictions,
  targets: readonly TargetBox[],
  weights: Readonly<Record<keyof typeof matchingWeights, number>> = matchingWeights,
): number[] {
  const { logits, boxes, queryCount } = predictions;
  const slotCount = logits.length / queryCount;
  const costs = new Float64Array(targets.length * queryCount);
  for (let query = 0; query < queryCount; query++) {
    const probabilities = softmax(logits, query * slotCount, slotCount);
    const at = (index: number): number => boxes[4 * query + index] ?? NaN;
    const box: CenterBox = [at(0), at(1), at(2), at(3)];
    for (const [row, target] of targets.entries()) {
      const token = -probabilities.reduce((sum, p, slot) => sum + p * (target.tokenMap[slot] ?? 0), 0);
      const distance = box.reduce((sum, value, index) => sum + Math.abs(value - (target.box[index] ?? NaN)), 0);
      const overlap = giou(cornersOf(box), cornersOf(target.box));
      costs[row * queryCount + query] = weights.token * token + weights.box * distance - weights.giou * overlap;
    }
  }
  return assign(costs, targets.length, queryCount);
}

function softmax(values: ArrayLike<number>, start: number, count: number): number[] {
  const row = Array.from({ length: count }, (_, index) => values[start + index] ?? -Infinity);
  const largest = row.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = row.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
