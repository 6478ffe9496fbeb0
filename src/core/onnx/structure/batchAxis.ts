import type { Shape } from "../../graph/tensor";

/**
 * The axis of a value that counts samples: the only one that grows with the batch, or, where the batch size is fixed, the
 * first. Undefined when there is none.
 * @param varied its shape at another batch size, where that is free
 */
export function batchAxisOf(shape: Shape, varied: Shape | undefined, batchSize: number): number | undefined {
  const candidates = shape.flatMap((size, axis) => {
    const isBatch = varied ? varied[axis] !== size : axis === 0 && size % batchSize === 0;
    return isBatch ? [axis] : [];
  });
  const [axis, other] = candidates;
  if (axis === undefined || other !== undefined || (shape[axis] ?? 0) % batchSize !== 0) return undefined;
  return axis;
}

/** Shape of one item as a tap hands it out: without the batch axis, what was folded into it apart, grids channels first. */
export function itemShapeOf(shape: Shape, batchAxis: number, batchSize: number, isChannelsLast: boolean): Shape {
  const others = shape.filter((_, axis) => axis !== batchAxis);
  const folded = (shape[batchAxis] ?? 0) / batchSize;
  if (folded !== 1) return [folded, ...others];
  const [height = 1, width = 1, channels = 1] = others;
  return isChannelsLast && others.length === 3 ? [channels, height, width] : others;
}
