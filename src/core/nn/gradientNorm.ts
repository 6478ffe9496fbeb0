import type { Value } from "../graph/graphBuilder";
import type { OpBuilder } from "../graph/opBuilder";
import { sizeOf } from "../graph/tensor";

/** Keeps the division finite at a zero gradient (torch.nn.utils.clip_grad_norm_). */
const CLIP_EPSILON = 1e-6;

/** Euclidean norm of all gradients together, a scalar. */
export function gradientNorm(g: OpBuilder, gradients: readonly Value[]): Value {
  const squares = gradients.map((gradient) => {
    const row = g.reshape(gradient, [1, sizeOf(gradient.shape)]);
    return g.reshape(g.op("ReduceSumSquare", [row, g.ints([0, 1])]), [1]);
  });
  return g.sqrt(g.reduceSum(g.concat(squares, 0), [0]));
}

/** min(1, maxNorm / (norm + 1e-6)): what every gradient is multiplied with so that their norm is at most `maxNorm`. */
export function clipScale(g: OpBuilder, norm: Value, maxNorm: number): Value {
  return g.min(g.scalar(1), g.div(g.scalar(maxNorm), g.add(norm, g.scalar(CLIP_EPSILON))));
}
