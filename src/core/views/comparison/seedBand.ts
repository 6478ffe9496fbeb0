/** A curve against one x axis. */
export interface XyCurve {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** The mean of several curves and how far the curves spread around it. */
export interface SeedBand {
  readonly x: Float64Array;
  readonly mean: Float64Array;
  /** Mean − sd and mean + sd (divisor n − 1); equal to the mean where there is one curve only. */
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/**
 * Mean ± standard deviation of curves at the points of the longest of them. Curves with other points are interpolated between
 * their own, never beyond; what is not finite does not count.
 */
export function seedBand(curves: readonly XyCurve[]): SeedBand {
  const filled = curves.filter(({ x }) => x.length > 0);
  const longest = filled.reduce<XyCurve | undefined>(
    (most, curve) => (curve.x.length > (most?.x.length ?? 0) ? curve : most),
    undefined,
  );
  const x = longest?.x ?? new Float64Array();
  const values = filled.map((curve) => valuesAt(curve, x)); // [curves, points]
  const [mean, low, high] = [x.slice(), x.slice(), x.slice()];
  for (let i = 0; i < x.length; i++) {
    const present = values.map((row) => row[i] ?? Number.NaN).filter(Number.isFinite);
    const center = present.reduce((sum, value) => sum + value, 0) / present.length;
    const squares = present.reduce((sum, value) => sum + (value - center) ** 2, 0);
    const sd = present.length < 2 ? 0 : Math.sqrt(squares / (present.length - 1));
    mean[i] = center;
    low[i] = center - sd;
    high[i] = center + sd;
  }
  return { x, mean, low, high };
}

/** Values of a curve at rising places; NaN outside of it. */
function valuesAt({ x, y }: XyCurve, places: Float64Array): Float64Array {
  if (x === places) return y;
  let after = 0;
  return places.map((place) => {
    while (after < x.length && (x[after] ?? 0) < place) after++;
    const [right, value] = [x[after], y[after] ?? Number.NaN];
    if (right === undefined) return Number.NaN;
    if (right === place) return value;
    const left = x[after - 1];
    if (left === undefined) return Number.NaN;
    const before = y[after - 1] ?? Number.NaN;
    return before + ((value - before) * (place - left)) / (right - left);
  });
}
