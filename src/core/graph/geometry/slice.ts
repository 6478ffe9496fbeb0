/** Elements `start`, `start + step`, … of one axis, `count` of them. */
export interface AxisSlice {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** Resolves one axis of ONNX Slice as NumPy does: negative positions count from the end, positions beyond it are clamped. */
export function resolveSlice(size: number, start: number, end: number, step: number): AxisSlice {
  const fromEnd = (position: number): number => (position < 0 ? position + size : position);
  const clamp = (position: number, low: number, high: number): number => Math.min(Math.max(position, low), high);
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const first = clamp(fromEnd(start), low, high);
  const last = clamp(fromEnd(end), low, high);
  return { start: first, step, count: Math.max(0, Math.ceil((last - first) / step)) };
}
