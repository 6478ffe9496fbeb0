import { z } from "zod";
import type { Tensor } from "../graph/tensor";
import { confidenceQuantiles } from "./eventNames";
import { Measured } from "./metrics";

/** How the samples of one split weigh one tapped layer. */
export const LayerConfidence = z.object({
  /** Name of the hidden state. */
  layer: z.string(),
  mean: Measured,
  /** Over samples (divisor n). */
  standardDeviation: Measured,
  /** At {@link confidenceQuantiles}, interpolated between neighbours. */
  quantiles: z.array(Measured),
});
export type LayerConfidence = z.infer<typeof LayerConfidence>;

/** Layer confidence of each modality that has one, low to high. */
export const ConfidenceByModality = z.record(z.string(), z.array(LayerConfidence));
export type ConfidenceByModality = z.infer<typeof ConfidenceByModality>;

/**
 * Summarises the layer confidence α [S, L] of S samples.
 * @param layers names of the L layers that α weighs
 */
export function summarizeConfidence({ shape, data }: Tensor<"float32">, layers: readonly string[]): LayerConfidence[] {
  const [samples = 0, width = 0] = shape;
  if (shape.length !== 2 || width !== layers.length || samples === 0) {
    throw new RangeError(
      `Confidence of ${layers.length} layers must be [S, ${layers.length}], got [${shape.join(", ")}].`,
    );
  }
  return layers.map((layer, l) => {
    const column = Float64Array.from({ length: samples }, (_, s) => data[s * width + l] ?? 0).sort(); // [S]
    const mean = column.reduce((sum, value) => sum + value, 0) / samples;
    const variance = column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / samples;
    const quantiles = confidenceQuantiles.map((share) => quantileOfSorted(column, share));
    return { layer, mean, standardDeviation: Math.sqrt(variance), quantiles };
  });
}

function quantileOfSorted(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}
