import type { Tensor } from "../../core/graph/tensor";

/** Position of the first NaN or infinity among the first `count` elements of a float32 or float16 tensor. */
export function findNonFinite({ dtype, data }: Tensor, count: number): number | undefined {
  if (dtype === "float16") {
    const bits = data as Uint16Array;
    for (let i = 0; i < count; i++) if (((bits[i] as number) & 0x7c00) === 0x7c00) return i;
    return undefined;
  }
  const values = data as Float32Array;
  // x · 0 is NaN exactly when x is not finite, and NaN stays in a sum: one test for a whole block.
  for (let start = 0; start < count; start += BLOCK) {
    const end = Math.min(count, start + BLOCK);
    let sum = 0;
    for (let i = start; i < end; i++) sum += (values[i] as number) * 0;
    if (sum === 0) continue;
    for (let i = start; i < end; i++) if (!Number.isFinite(values[i])) return i;
  }
  return undefined;
}

const BLOCK = 4096;
