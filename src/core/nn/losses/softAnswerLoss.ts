import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";

/**
 * Binary cross-entropy of every answer with its soft score, times `scale` (500 in CLIP-ViL's scripts; LXMERT multiplies by the
 * number of answers instead), as a mean over samples and answers:
 *
 *   scale · mean( softplus(x) − z x )  =  scale · mean( −z ln σ(x) − (1 − z) ln(1 − σ(x)) )
 *
 * logits x, scores z in [0, 1], both [B, answers] → scalar.
 */
export function softAnswerLoss(g: OpBuilder, logits: Value, scores: Value, scale: number): Value {
  const losses = g.sub(g.op("Softplus", [logits]), g.mul(scores, logits));
  return g.mul(g.reduceMean(losses, [...losses.shape.keys()]), g.scalar(scale));
}
