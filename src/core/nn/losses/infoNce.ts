import { z } from "zod";
import type { Value } from "../../graph/graphBuilder";
import type { ModelScope } from "../modelContext";
import { symmetricCrossEntropy } from "./symmetricCrossEntropy";

export const InfoNceConfig = z
  .strictObject({
    name: z.literal("info-nce"),
    scale: z
      .number()
      .positive()
      .optional()
      .describe(
        "Factor on the similarities that stays as it is, e.g. 100, the pre-trained scale of CLIP; learnt when left out.",
      ),
  })
  .describe("Symmetric cross-entropy of true pairs among all pairs of the batch, with a learnt scale or a given one.");

/** Largest factor on the similarities, as in CLIP. */
const MAX_SCALE = 100;
const INITIAL_LOG_SCALE = Math.log(1 / 0.07);

/**
 * Symmetric InfoNCE of matching rows: the mean cross-entropy of each image among all texts of the batch and of each text
 * among all images, halved. The scale min(exp(s), 100) is learnt, s starting at ln(1 / 0.07), unless one is given.
 *
 * image, text [B, E], of length 1 → scalar.
 */
export function infoNceLoss(scope: ModelScope, image: Value, text: Value, scale?: number): Value {
  const { g } = scope;
  const factor = scale === undefined ? learntScale(scope) : g.scalar(scale);
  const logits = g.mul(g.matMul(image, g.swapLast(text)), factor); // [B, B]
  return symmetricCrossEntropy(g, logits);
}

function learntScale(scope: ModelScope): Value {
  const { g } = scope;
  const logScale = scope.parameter("logScale", [], { kind: "constant", value: INITIAL_LOG_SCALE });
  return g.min(g.exp(logScale), g.scalar(MAX_SCALE));
}
