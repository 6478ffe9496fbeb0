const TWO_OVER_SQRT_PI = 2 / Math.sqrt(Math.PI);

/** Beyond this, 1 − erf(x) is below half a unit in the last place of 1. */
const SATURATION = 6;

/**
 * The error function to double precision by a series whose terms are all positive, so nothing cancels
 * (Abramowitz and Stegun 7.1.6):
 *
 *   erf(x) = 2/√π · e^(−x²) · Σₙ 2ⁿ x^(2n+1) / (1·3·5⋯(2n+1))
 */
export function erf(x: number): number {
  if (Math.abs(x) > SATURATION) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > (Math.abs(sum) * Number.EPSILON) / 4; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum;
}
