/**
 * Exponential moving average without the pull towards zero of its start:
 *
 *   sₙ = w sₙ₋₁ + (1 − w) yₙ,   ŷₙ = sₙ / (1 − wⁿ)
 *
 * Values that are not finite stay as they are and leave the average alone.
 * @param weight w within [0, 1); 0 gives the values themselves
 */
export function smooth(y: Float64Array, weight: number): Float64Array {
  if (weight <= 0) return y;
  let average = 0;
  let remaining = 1;
  return y.map((value) => {
    if (!Number.isFinite(value)) return value;
    average = weight * average + (1 - weight) * value;
    remaining *= weight;
    return average / (1 - remaining);
  });
}
