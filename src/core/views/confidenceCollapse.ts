/** Share of the confidence from which on one layer counts as having taken all. */
export const collapseShare = 0.95;

/**
 * Entropy of a distribution over layers relative to the uniform one: 1 when all weigh the same, 0 when one takes all.
 * Not defined for fewer than two layers, nor for means that are not numbers.
 */
export function normalizedEntropy(means: readonly number[]): number {
  const total = means.reduce((sum, value) => sum + value, 0);
  if (means.length < 2 || !(total > 0)) return Number.NaN;
  const entropy = means.reduce((sum, value) => sum - (value > 0 ? (value / total) * Math.log(value / total) : 0), 0);
  return entropy / Math.log(means.length);
}

/** The layer that takes (nearly) all confidence, if there is one: the others then contribute nothing but cost. */
export function findCollapse(means: readonly number[]): { readonly layer: number; readonly share: number } | undefined {
  if (means.length < 2) return undefined;
  const share = Math.max(...means);
  return share >= collapseShare ? { layer: means.indexOf(share), share } : undefined;
}
