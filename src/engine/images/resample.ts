import type { PreprocessingConfig } from "../../core/datasets/preprocessing";
import type { RgbImage } from "./decodeImage";

export type Kernel = PreprocessingConfig["kernel"];

/** RGB with channels interleaved; fractional where the resampling works in floating point. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array | Float32Array;
}

/**
 * Resizes to `width` × `height`.
 *
 * With `antialias`, as Pillow does it: the kernel is widened by the factor of shrinking, columns before rows, each pass
 * rounded to 8 bits; the result equals Pillow's bit for bit. Without, as OpenCV does it on floating-point images: the kernel
 * reads the nearest pixels only, whatever the factor, and nothing is rounded. Both place pixel centres at half integers.
 */
export function resample(image: RgbImage, width: number, height: number, kernel: Kernel, antialias: boolean): Pixels {
  const across = weightsOf(image.width, width, kernel, antialias);
  const down = weightsOf(image.height, height, kernel, antialias);
  const finish = antialias ? (length: number) => new Uint8Array(length) : (length: number) => new Float32Array(length);
  const columns =
    width === image.width ? image : { width, height: image.height, pixels: finish(width * image.height * 3) };
  if (columns !== image) resampleColumns(image, columns, across);
  if (height === image.height) return columns;
  const rows = { width, height, pixels: finish(width * height * 3) };
  resampleRows(columns, rows, down);
  return rows;
}

/** For each output position: the first input position it reads, how many, and their weights. */
interface Weights {
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  /** `stride` slots for each output position. */
  readonly values: Float64Array;
  readonly stride: number;
}

/** Pillow's fixed point for 8-bit images: weights are rounded to multiples of 2^-22. */
const FIXED_POINT = 2 ** 22;

function weightsOf(from: number, to: number, kernel: Kernel, antialias: boolean): Weights {
  const scale = from / to;
  const widening = antialias && kernel !== "nearest" ? Math.max(scale, 1) : 1;
  const support = kernels[kernel].support * widening;
  const evaluate = antialias || kernel !== "bicubic" ? kernels[kernel].evaluate : (x: number) => cubic(x, -0.75);
  const stride = Math.ceil(support) * 2 + 1;
  const weights: Weights = {
    starts: new Int32Array(to),
    counts: new Int32Array(to),
    values: new Float64Array(to * stride),
    stride,
  };
  for (let out = 0; out < to; out++) {
    const center = (out + 0.5) * scale;
    if (kernel === "nearest") {
      weights.starts[out] = Math.min(from - 1, Math.floor(center));
      weights.counts[out] = 1;
      weights.values[out * stride] = 1;
      continue;
    }
    // OpenCV repeats the border pixels, Pillow leaves them out and normalises.
    const first = Math.floor(center - support + 0.5);
    const last = Math.floor(center + support + 0.5);
    const start = Math.max(0, first);
    const end = Math.min(from, last);
    let sum = 0;
    for (let at = first; at < last; at++) {
      if (antialias && (at < start || at >= end)) continue;
      const weight = evaluate((at - center + 0.5) / widening);
      const slot = out * stride + Math.min(end - 1, Math.max(start, at)) - start;
      weights.values[slot] = (weights.values[slot] ?? 0) + weight;
      sum += weight;
    }
    weights.starts[out] = start;
    weights.counts[out] = end - start;
    for (let slot = out * stride; slot < out * stride + end - start; slot++) {
      const value = (weights.values[slot] ?? 0) / sum;
      weights.values[slot] = antialias ? roundHalfAway(value * FIXED_POINT) / FIXED_POINT : value;
    }
  }
  return weights;
}

function resampleColumns(from: Pixels, to: Pixels, { starts, counts, values, stride }: Weights): void {
  const rounds = to.pixels instanceof Uint8Array;
  const [source, target] = [from.pixels, to.pixels];
  for (let row = 0; row < to.height; row++) {
    const rowStart = row * from.width * 3;
    let pixel = row * to.width * 3;
    for (let out = 0; out < to.width; out++, pixel += 3) {
      let r = 0;
      let g = 0;
      let b = 0;
      let at = rowStart + (starts[out] ?? 0) * 3;
      const end = out * stride + (counts[out] ?? 0);
      for (let slot = out * stride; slot < end; slot++, at += 3) {
        const weight = values[slot] as number;
        r += weight * (source[at] as number);
        g += weight * (source[at + 1] as number);
        b += weight * (source[at + 2] as number);
      }
      target[pixel] = rounds ? toByte(r) : r;
      target[pixel + 1] = rounds ? toByte(g) : g;
      target[pixel + 2] = rounds ? toByte(b) : b;
    }
  }
}

function resampleRows(from: Pixels, to: Pixels, { starts, counts, values, stride }: Weights): void {
  const rounds = to.pixels instanceof Uint8Array;
  const rowLength = to.width * 3;
  const sums = new Float64Array(rowLength);
  const [source, target] = [from.pixels, to.pixels];
  for (let out = 0; out < to.height; out++) {
    sums.fill(0);
    const start = starts[out] ?? 0;
    for (let tap = 0; tap < (counts[out] ?? 0); tap++) {
      const weight = values[out * stride + tap] as number;
      const base = (start + tap) * rowLength;
      for (let i = 0; i < rowLength; i++) sums[i] = (sums[i] as number) + weight * (source[base + i] as number);
    }
    for (let i = 0; i < rowLength; i++)
      target[out * rowLength + i] = rounds ? toByte(sums[i] as number) : (sums[i] as number);
  }
}

function toByte(value: number): number {
  const rounded = Math.floor(value + 0.5);
  return rounded < 0 ? 0 : rounded > 255 ? 255 : rounded;
}

function roundHalfAway(value: number): number {
  return value < 0 ? -Math.floor(0.5 - value) : Math.floor(value + 0.5);
}

/** Interpolation kernels: value at a distance in (widened) pixels, zero beyond the support. */
const kernels: Readonly<Record<Kernel, { readonly support: number; readonly evaluate: (x: number) => number }>> = {
  nearest: { support: 0.5, evaluate: () => 1 },
  bilinear: { support: 1, evaluate: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, evaluate: (x) => cubic(x, -0.5) },
  lanczos3: { support: 3, evaluate: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Keys' cubic convolution; a = −0.5 in Pillow, −0.75 in OpenCV. */
function cubic(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
