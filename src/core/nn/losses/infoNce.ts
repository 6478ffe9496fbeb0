import { z } from "zod";
import type { Value } from "../../graph/graphBuilder";
import { identityMatrix } from "../layers/identityMatrix";
import type { ModelScope } from "../modelContext";

export const InfoNceConfig = z
  .strictObject({ name: z.literal("info-nce") })
  .describe("Symmetric cross-entropy of true pairs among all pairs of the batch, with a learnt scale.");

/** Largest factor on the similarities, as in CLIP. */
const MAX_SCALE = 100;
const INITIAL_LOG_SCALE = Math.log(1 / 0.07);

/**
 * Symmetric InfoNCE of matching rows: the mean cross-entropy of each image among all texts of the batch and of each text
 * among all images, halved. The scale min(exp(s), 100) is learnt; s starts at ln(1 / 0.07).
 *
 * image, text [B, E], of length 1 → scalar.
 */
export function infoNceLoss(scope: ModelScope, image: Value, text: Value): Value {
  const { g } = scope;
  const [batch = 1] = image.shape;
  const logScale = scope.parameter("logScale", [], { kind: "constant", value: INITIAL_LOG_SCALE });
  const scale = g.min(g.exp(logScale), g.scalar(MAX_SCALE));
  const logits = g.mul(g.matMul(image, g.swapLast(text)), scale); // [B, B]
  const logLikelihood = g.add(g.logSoftmax(logits, 1), g.logSoftmax(logits, 0));
  const matching = g.reduceSum(g.mul(logLikelihood, identityMatrix(g, batch)), [0, 1]); // []
  return g.mul(matching, g.scalar(-0.5 / batch));
}
