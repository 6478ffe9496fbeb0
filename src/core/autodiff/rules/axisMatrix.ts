import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import { fromData, sizeOf } from "../../graph/tensor";

/** A linear map along one axis: entry [o][i] is the weight of input i in output o, given as rows of [i, weight] pairs. */
export type AxisMap = readonly (readonly (readonly [input: number, weight: number])[])[];

/** Applies the transpose of a linear map to one axis of `x`, which has as many elements there as the map has rows. */
export function applyTransposed(g: OpBuilder, x: Value, axis: number, map: AxisMap, inputSize: number): Value {
  const outputSize = map.length;
  const before = sizeOf(x.shape.slice(0, axis));
  const after = sizeOf(x.shape.slice(axis + 1));
  const shape = x.shape.map((size, at) => (at === axis ? inputSize : size));
  const matrix = new Float32Array(inputSize * outputSize);
  const isLast = after === 1;
  map.forEach((row, output) => {
    for (const [input, weight] of row) {
      const at = isLast ? output * inputSize + input : input * outputSize + output;
      matrix[at] = (matrix[at] ?? 0) + weight;
    }
  });
  const constant = (rows: number, columns: number): Value =>
    g.cast(g.constant(fromData("float32", [rows, columns], matrix)), x.dtype);
  const product = isLast
    ? g.matMul(g.reshape(x, [before, outputSize]), constant(outputSize, inputSize))
    : g.matMul(constant(inputSize, outputSize), g.reshape(x, [before, outputSize, after]));
  return g.reshape(product, shape);
}
