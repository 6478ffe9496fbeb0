import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import { tensor } from "../../graph/tensor";

/** The constant [size, size] with ones on its diagonal. */
export function identityMatrix(g: OpBuilder, size: number): Value {
  const values = new Float32Array(size * size);
  for (let i = 0; i < size; i++) values[i * size + i] = 1;
  return g.constant(tensor("float32", [size, size], values));
}
