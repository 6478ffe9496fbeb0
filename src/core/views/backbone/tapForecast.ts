import { bytesPerElement, sizeOf } from "../../graph/tensor";
import type { ValueRow } from "./valueRows";

export interface TapForecast {
  readonly layers: number;
  /** Distinct widths in the order of the layers, with how many layers in a row have each. */
  readonly widths: readonly { readonly width: number; readonly count: number }[];
  readonly bytesPerItem: { readonly float32: number; readonly float16: number };
  readonly totalBytes: { readonly float32: number; readonly float16: number };
  /** Ticked values whose size is unknown, so that they are missing in the sums. */
  readonly unknown: number;
  /** Why a method that reads all layers alike cannot take these. */
  readonly problem?: "rank" | "mixed" | "lengths" | undefined;
}

/**
 * What caching the ticked values takes.
 * @param taps low to high
 * @param items number of images or texts; equal ones are kept once, so this is the most it can be
 * @param maskBytes bytes kept for each item beside its taps
 */
export function tapForecast(taps: readonly ValueRow[], items: number, maskBytes = 0): TapForecast {
  const sizes = taps.flatMap(({ itemShape }) => (itemShape ? [sizeOf(itemShape)] : []));
  const elements = sizes.reduce((sum, size) => sum + size, 0);
  const bytes = (dtype: "float32" | "float16"): number => elements * bytesPerElement(dtype) + maskBytes;
  const bytesPerItem = { float32: bytes("float32"), float16: bytes("float16") };
  return {
    layers: taps.length,
    widths: widthRuns(taps),
    bytesPerItem,
    totalBytes: { float32: bytesPerItem.float32 * items, float16: bytesPerItem.float16 * items },
    unknown: taps.length - sizes.length,
    problem: tapProblem(taps),
  };
}

/** Channels of a value as it is cached: maps have them first, sequences last. */
export function widthOf({ itemShape }: Pick<ValueRow, "itemShape">): number | undefined {
  return itemShape?.length === 3 ? itemShape[0] : itemShape?.at(-1);
}

function widthRuns(taps: readonly ValueRow[]): TapForecast["widths"] {
  const runs: { width: number; count: number }[] = [];
  for (const tap of taps) {
    const width = widthOf(tap);
    if (width === undefined) continue;
    const last = runs.at(-1);
    if (last?.width === width) last.count++;
    else runs.push({ width, count: 1 });
  }
  return runs;
}

/** UniPT and the probes read token sequences [N, C] or feature maps [C, H, W], not both, and sequences of one length. */
function tapProblem(taps: readonly ValueRow[]): TapForecast["problem"] {
  const shapes = taps.flatMap(({ itemShape }) => (itemShape ? [itemShape] : []));
  if (shapes.some(({ length }) => length !== 2 && length !== 3)) return "rank";
  if (new Set(shapes.map(({ length }) => length)).size > 1) return "mixed";
  const lengths = new Set(shapes.filter(({ length }) => length === 2).map(([tokens]) => tokens));
  return lengths.size > 1 ? "lengths" : undefined;
}
