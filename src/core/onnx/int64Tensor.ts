import type { Shape, Tensor } from "../graph/tensor";

const MAX = 2n ** 63n - 1n;

/**
 * An int64 tensor of numbers that came from attributes. There, the largest int64, with which slices say "to the end", has
 * been rounded up to 2^63; it must not wrap around to the smallest.
 */
export function int64Tensor(shape: Shape, values: readonly number[]): Tensor<"int64"> {
  const data = BigInt64Array.from(values, (value) => {
    const exact = BigInt(value);
    return exact > MAX ? MAX : exact;
  });
  return { dtype: "int64", shape, data };
}
