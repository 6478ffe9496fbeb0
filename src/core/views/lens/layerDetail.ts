import type { Split } from "../../experiment/runEvent";

/** A sample and how much of its confidence a layer takes. */
export interface ReliantSample {
  /** Position in the split. */
  readonly row: number;
  readonly share: number;
}

/** How the samples of a split weigh one layer. */
export interface LayerDistribution {
  readonly split: Split;
  readonly sampleCount: number;
  /** Upper end of the last bin; the first begins at 0. */
  readonly reach: number;
  /** Samples by equal slices of confidence. */
  readonly bins: readonly number[];
  /** Samples that rely on the layer most, most first. */
  readonly top: readonly ReliantSample[];
}

const binCount = 12;
const topCount = 12;

/**
 * The distribution of one layer's confidence over the samples, and the samples that rely on it most.
 * @param values confidence of S samples over L layers, [S, L]
 */
export function layerDistribution(
  values: Float32Array,
  layerCount: number,
  layer: number,
  split: Split,
): LayerDistribution {
  const sampleCount = layerCount > 0 ? Math.floor(values.length / layerCount) : 0;
  const shares = Float64Array.from({ length: sampleCount }, (_, s) => values[s * layerCount + layer] ?? Number.NaN); // [S]
  const most = shares.reduce((high, share) => (share > high ? share : high), 0);
  const reach = Math.min(1, Math.max(0.05, Math.ceil(most * 20) / 20));
  const bins = new Array<number>(binCount).fill(0);
  for (const share of shares) {
    if (!Number.isFinite(share)) continue;
    const bin = Math.min(binCount - 1, Math.floor((share / reach) * binCount));
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  const order = Uint32Array.from(shares.keys()).sort((a, b) => (shares[b] ?? 0) - (shares[a] ?? 0) || a - b);
  const top = Array.from(order.subarray(0, topCount), (row) => ({ row, share: shares[row] ?? Number.NaN }));
  return { split, sampleCount, reach, bins, top: top.filter(({ share }) => Number.isFinite(share)) };
}
