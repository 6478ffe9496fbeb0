/**
 * IEEE 754 half precision, in which weights and cached features may be stored: 1 sign bit, 5 exponent bits, 10 mantissa
 * bits. Tensors hold it as raw bits in a Uint16Array.
 */

const wide = new Float32Array(1);
const wideBits = new Uint32Array(wide.buffer);

/** The value of one half-precision bit pattern. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

/** The nearest half-precision bit pattern, ties to even; beyond ±65504 infinity. */
export function numberToHalf(value: number): number {
  wide[0] = value;
  const bits = wideBits[0] ?? 0;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x7f800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
  // At and above 65520, halfway between the largest half and the next power of two, rounding overflows.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Below 2^-14 halves are evenly spaced by 2^-24; adding 0.5 in single precision leaves just those bits, rounded to even.
  if (magnitude < 0x38800000) {
    wide[0] = Math.abs(wide[0]) + 0.5;
    return sign | ((wideBits[0] ?? 0) - 0x3f000000);
  }
  const roundToEven = 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((magnitude - 0x38000000 + roundToEven) >>> 13);
}

let table: Float32Array | undefined;

/** Widens raw half-precision bits. */
export function float16ToFloat32(bits: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 0x10000 }, (_, pattern) => halfToNumber(pattern));
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = table[bits[i] ?? 0] ?? 0;
  return values;
}

/** Narrows to raw half-precision bits, rounding to nearest even. */
export function float32ToFloat16(values: ArrayLike<number>): Uint16Array {
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) bits[i] = numberToHalf(values[i] ?? 0);
  return bits;
}
