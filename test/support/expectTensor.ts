import { expect } from "vitest";
import type { Tensor } from "../../src/core/graph/tensor";
import { numbersOf } from "../../src/core/graph/tensor";

/**
 * Expects equal types and values within `tolerance` relative to the larger of 1 and the expected magnitude; a tolerance of 0
 * asks for equality. NaN equals NaN.
 */
export function expectTensor(actual: Tensor | undefined, expected: Tensor | undefined, tolerance: number): void {
  expect(actual?.dtype).toBe(expected?.dtype);
  expect(actual?.shape).toEqual(expected?.shape);
  if (!actual || !expected) return;
  const [got, wanted] = [numbersOf(actual), numbersOf(expected)];
  for (const [index, value] of wanted.entries()) {
    const other = got[index] ?? NaN;
    const isClose = Object.is(value, other) || Math.abs(other - value) <= tolerance * Math.max(1, Math.abs(value));
    if (!isClose) expect.fail(`element ${index}: got ${other}, expected ${value} of ${show(got)} and ${show(wanted)}`);
  }
}

function show(values: readonly number[]): string {
  return `[${values.slice(0, 24).join(", ")}${values.length > 24 ? ", …" : ""}]`;
}
