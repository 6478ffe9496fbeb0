import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import { identityMatrix } from "../layers/identityMatrix";

/**
 * The mean cross-entropy of each row with its own column as the answer and of each column with its own row, halved.
 * logits [B, B] → scalar.
 */
export function symmetricCrossEntropy(g: OpBuilder, logits: Value): Value {
  const [batch = 1] = logits.shape;
  const logLikelihood = g.add(g.logSoftmax(logits, 1), g.logSoftmax(logits, 0));
  const matching = g.reduceSum(g.mul(logLikelihood, identityMatrix(g, batch)), [0, 1]); // []
  return g.mul(matching, g.scalar(-0.5 / batch));
}
