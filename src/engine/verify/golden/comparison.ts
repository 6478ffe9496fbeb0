import type { Tensor } from "../../../core/graph/tensor";
import { numbersOf } from "../../../core/graph/tensor";

/** Outcome of one check: its worst comparison, measured against what is allowed there. */
export interface GoldenResult {
  readonly maxDifference: number;
  readonly tolerance: number;
  readonly passed: boolean;
  /** What differed most, or why nothing could be compared. */
  readonly detail?: string;
}

/** Allowed difference: the larger of an absolute bound and a share of the expected tensor's largest entry. */
export interface Tolerance {
  readonly absolute?: number;
  readonly relative?: number;
}

/** Tolerances of the golden files (golden/README.md). */
export const forwardTolerance: Tolerance = { absolute: 1e-5, relative: 5e-6 };
export const gradientTolerance: Tolerance = { relative: 1e-4 };

/** For gradients whose true value is 0, where the files hold rounding noise: measured against all gradients of the file. */
export function zeroGradientTolerance(gradients: readonly Tensor[]): Tolerance {
  return { absolute: 1e-4 * Math.max(...gradients.map(largestEntry)) };
}

export const lossTolerance: Tolerance = { relative: 1e-5 };
export const traceTolerance: Tolerance = { relative: 3e-4 };
export const optimizerTolerance: Tolerance = { absolute: 1e-5 };
export const metricTolerance: Tolerance = { absolute: 1e-6 };

/** Collects comparisons and keeps the worst. */
export class Comparison {
  #worst: { difference: number; tolerance: number; what: string } | undefined;

  tensor(what: string, actual: Tensor | undefined, expected: Tensor, tolerance: Tolerance): void {
    const values = actual ? numbersOf(actual) : [];
    this.numbers(what, values, numbersOf(expected), tolerance);
  }

  number(what: string, actual: number, expected: number, tolerance: Tolerance): void {
    this.numbers(what, [actual], [expected], tolerance);
  }

  numbers(what: string, actual: readonly number[], expected: readonly number[], tolerance: Tolerance): void {
    const allowed = Math.max(tolerance.absolute ?? 0, (tolerance.relative ?? 0) * largestMagnitude(expected));
    let difference = actual.length === expected.length ? 0 : Infinity;
    for (const [index, value] of expected.entries()) {
      const distance = Math.abs((actual[index] ?? NaN) - value);
      difference = Math.max(difference, Number.isNaN(distance) ? Infinity : distance);
    }
    const worst = this.#worst;
    if (!worst || excess(difference, allowed) > excess(worst.difference, worst.tolerance))
      this.#worst = { difference, tolerance: allowed, what };
  }

  result(): GoldenResult {
    if (!this.#worst) return { maxDifference: Infinity, tolerance: 0, passed: false, detail: "nothing was compared" };
    const { difference, tolerance, what } = this.#worst;
    return { maxDifference: difference, tolerance, passed: difference <= tolerance, detail: what };
  }
}

/** A difference in units of what is allowed. */
function excess(difference: number, tolerance: number): number {
  return difference === 0 ? 0 : difference / tolerance;
}

function largestEntry(value: Tensor): number {
  return largestMagnitude(numbersOf(value));
}

function largestMagnitude(values: readonly number[]): number {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}
