/** Round numbers that cover a range in about `count` steps: multiples of 1, 2 or 5 times a power of ten. */
export function niceTicks(from: number, to: number, count: number): readonly number[] {
  if (!(to > from)) return [from];
  const rough = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const distance = (factor: number): number => Math.abs(Math.log((factor * power) / rough));
  const step = power * [1, 2, 5, 10].reduce((best, factor) => (distance(factor) < distance(best) ? factor : best));
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Steps of an axis whose percentages need 50 pixels each: four, or fewer where it is narrow. */
export function tickCount(pixels: number): number {
  return Math.min(4, Math.max(1, Math.floor(pixels / 50)));
}

/** Multiples of a power of two from 0 on that reach beyond `to`: bytes are read in binary units. */
export function byteTicks(to: number): readonly number[] {
  const step = 2 ** Math.ceil(Math.log2(Math.max(to, 1) / 6));
  return Array.from({ length: Math.ceil(to / step) + 1 }, (_, i) => i * step);
}

/** Powers of ten within a range of positive numbers, at least the ends' neighbours. */
export function logTicks(from: number, to: number): readonly number[] {
  const low = Math.floor(Math.log10(from) + 1e-9);
  const high = Math.ceil(Math.log10(to) - 1e-9);
  return Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
}
