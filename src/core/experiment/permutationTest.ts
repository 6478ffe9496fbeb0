/** Above this number of pairs the sign flips are sampled instead of enumerated. */
const maxExactPairs = 16;
const sampledFlips = 1 << 16;

export interface PermutationResult {
  /** Mean of a − b over the pairs. */
  readonly meanDifference: number;
  /** Two-sided p-value of "a and b differ only by chance"; no smaller than 2 / 2ⁿ can come out of n pairs. */
  readonly pValue: number;
  readonly pairs: number;
  readonly exact: boolean;
}

/** Values by seed of two variants, over the seeds that both have: the first's and the second's. */
export function pairedBySeed(
  a: ReadonlyMap<number, number>,
  b: ReadonlyMap<number, number>,
): readonly (readonly [number, number])[] {
  return [...a].flatMap(([seed, value]) => {
    const other = b.get(seed);
    return other === undefined ? [] : [[value, other] as const];
  });
}

/**
 * Paired permutation test: the share of sign flips of the differences whose mean is at least as far from zero as the one
 * observed. Exact up to 16 pairs; beyond, 65,536 seeded flips with the observed one counted in.
 * @param pairs of values a, b; see {@link pairedBySeed}
 * @throws RangeError for no pairs
 */
export function pairedPermutationTest(pairs: readonly (readonly [number, number])[]): PermutationResult {
  if (pairs.length === 0) throw new RangeError("A paired test needs pairs.");
  const differences = pairs.map(([a, b]) => a - b);
  const n = differences.length;
  const observed = differences.reduce((sum, difference) => sum + difference, 0);
  // Sums in another order may differ in the last bits; equal arrangements must not fall below the threshold for that.
  const slack = 1e-12 * differences.reduce((sum, difference) => sum + Math.abs(difference), 0);
  const exact = n <= maxExactPairs;
  const draw = signSource(n, exact);
  const total = exact ? 2 ** n : sampledFlips;
  let extreme = exact ? 0 : 1;
  for (let flip = 0; flip < total; flip++) {
    const isPositive = draw(flip);
    let sum = 0;
    for (const [i, difference] of differences.entries()) sum += isPositive(i) ? difference : -difference;
    if (Math.abs(sum) >= Math.abs(observed) - slack) extreme++;
  }
  return { meanDifference: observed / n, pValue: extreme / (exact ? total : total + 1), pairs: n, exact };
}

function signSource(n: number, exact: boolean): (flip: number) => (pair: number) => boolean {
  if (exact) return (flip) => (pair) => ((flip >> pair) & 1) === 1;
  return (flip) => (pair) => (mix(flip * n + pair) & 1) === 1;
}

/** A 32-bit integer hash (Steele and Vigna's constants), used as a counter-based coin. */
function mix(value: number): number {
  let x = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}
