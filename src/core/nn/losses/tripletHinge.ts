import { z } from "zod";
import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import { identityMatrix } from "../layers/identityMatrix";

export const TripletConfig = z
  .strictObject({
    name: z.literal("triplet"),
    margin: z.number().positive().default(0.2).describe("Least difference between a true and a false pair."),
    negatives: z
      .enum(["staged", "all", "hardest"])
      .default("staged")
      .describe(
        "Which false pairs count: all of the batch, only the hardest of each row and column, or staged: all in the first epoch, then the hardest, with a linear warm-up in the second epoch.",
      ),
  })
  .describe("Hinge loss of VSE∞ on true pairs against false ones.");
export type TripletConfig = z.infer<typeof TripletConfig>;

/** Where training stands; the staged loss depends on it. */
export interface TrainingPosition {
  /** int64 scalar: updates done before this one. */
  readonly step: Value;
  readonly stepsPerEpoch: number;
  /** ⌊samples / batch⌋ + 1, by which the released code divides the position within the warm-up epoch; else stepsPerEpoch. */
  readonly warmupDivisor?: number | undefined;
}

/**
 * Hinge loss of VSE∞ on S = image · textᵀ: a *sum* over the batch of max(0, margin + S[i, j] − S[i, i]) and
 * max(0, margin + S[i, j] − S[j, j]) for j ≠ i, of all of them or of the largest per row and per column.
 * Staged: all in epoch 0, hardest from epoch 1 on, times (step in epoch) / warmupDivisor during epoch 1.
 * VSE-infty/lib/loss.py, trainer.
 *
 * image, text [B, E], of length 1 → scalar.
 */
export function tripletHingeLoss(
  g: OpBuilder,
  image: Value,
  text: Value,
  { margin, negatives }: Pick<TripletConfig, "margin" | "negatives">,
  position: TrainingPosition | undefined,
): Value {
  const [batch = 1] = image.shape;
  const scores = g.matMul(image, g.swapLast(text)); // [B, B]
  const identity = identityMatrix(g, batch);
  const falsePairs = g.sub(g.scalar(1), identity);
  const trueScores = g.reduceSum(g.mul(scores, identity), [1], true); // [B, 1]
  const raised = g.add(scores, g.scalar(margin));
  const textCosts = g.mul(g.relu(g.sub(raised, trueScores)), falsePairs); // [B, B], row i: other texts for image i
  const imageCosts = g.mul(g.relu(g.sub(raised, g.swapLast(trueScores))), falsePairs); // column j: other images for text j
  const all = (): Value => g.reduceSum(g.add(textCosts, imageCosts), [0, 1]);
  const hardest = (): Value =>
    g.add(g.reduceSum(g.reduceMax(textCosts, [1]), [0]), g.reduceSum(g.reduceMax(imageCosts, [0]), [0]));
  switch (negatives) {
    case "all":
      return all();
    case "hardest":
      return hardest();
    case "staged":
      if (!position) throw new Error("The staged triplet loss needs the training position.");
      return staged(g, all(), hardest(), position);
  }
}

function staged(g: OpBuilder, all: Value, hardest: Value, position: TrainingPosition): Value {
  const { stepsPerEpoch, warmupDivisor = stepsPerEpoch } = position;
  const step = g.cast(position.step, "float32"); // exact below 2^24 steps
  const first = g.less(step, g.scalar(stepsPerEpoch));
  const rising = g.less(step, g.scalar(2 * stepsPerEpoch));
  const ramp = g.div(g.sub(step, g.scalar(stepsPerEpoch)), g.scalar(warmupDivisor));
  const factor = g.where(rising, ramp, g.scalar(1));
  return g.where(first, all, g.mul(hardest, factor));
}
