import { expect } from "vitest";
import { numbersOf, type Tensor } from "../../src/core/graph/tensor";

/** The largest difference between two tensors of equal shape, over the largest magnitude in `expected` (at least `floor`). */
export function relativeDifference(actual: Tensor, expected: Tensor, floor = 0): number {
  expect(actual.shape).toEqual(expected.shape);
  const [a, b] = [numbersOf(actual), numbersOf(expected)];
  const scale = Math.max(
    floor,
    b.reduce((max, value) => Math.max(max, Math.abs(value)), 0),
  );
  const difference = a.reduce((max, value, index) => {
    const gap = Math.abs(value - (b[index] ?? NaN));
    return gap <= max ? max : gap; // NaN wins
  }, 0);
  return difference === 0 ? 0 : difference / scale;
}
