import type { Shape } from "../tensor";

/**
 * NumPy broadcasting of any number of shapes, aligned at their last axes.
 * @returns undefined when two sizes differ and neither is 1.
 */
export function broadcastShapes(...shapes: readonly Shape[]): number[] | undefined {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    const lead = rank - shape.length;
    for (const [axis, size] of shape.entries()) {
      const at = lead + axis;
      if (size === 1 || size === result[at]) continue;
      if (result[at] !== 1) return undefined;
      result[at] = size;
    }
  }
  return result;
}

/** Elements between neighbours along each axis of a row-major tensor. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] ?? 1;
  }
  return strides;
}

/** Strides with which `shape` is read as if it had been expanded to `target`: 0 along every repeated axis. */
export function broadcastStrides(shape: Shape, target: Shape): number[] {
  const own = stridesOf(shape);
  const lead = target.length - shape.length;
  return target.map((_, axis) => (axis < lead || shape[axis - lead] === 1 ? 0 : (own[axis - lead] ?? 0)));
}

/** The axis counted from the front; undefined outside [−rank, rank). */
export function normalizeAxis(axis: number, rank: number): number | undefined {
  const positive = axis < 0 ? axis + rank : axis;
  return Number.isInteger(axis) && positive >= 0 && positive < rank ? positive : undefined;
}
