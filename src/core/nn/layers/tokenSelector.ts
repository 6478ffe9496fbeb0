import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import { tensor } from "../../graph/tensor";

/**
 * One 1 per sample at the token of that position and 0 elsewhere, so that a product with it picks the token.
 *
 * position int64 [B], undefined for the first token → [B or 1, 1, N].
 */
export function tokenSelector(g: OpBuilder, position: Value | undefined, tokenCount: number): Value {
  const indices = [...Array(tokenCount).keys()];
  if (!position) {
    const values = indices.map((index) => (index === 0 ? 1 : 0));
    return g.constant(tensor("float32", [1, 1, tokenCount], values));
  }
  const places = g.constant(tensor("int64", [1, 1, tokenCount], indices));
  return g.cast(g.equal(g.reshape(position, [position.shape[0] ?? 1, 1, 1]), places), "float32");
}
