import { stridesOf } from "../geometry/broadcast";
import type { StaticType } from "../inference/rule";
import type { Shape, Tensor } from "../tensor";
import { allocate, fromData, sizeOf } from "../tensor";

/**
 * Flat positions Σ index·stride + offset of every index of `shape`, in row-major order: how a transposed, sliced, repeated
 * or reduced tensor is read.
 */
export function stridedIndices(shape: Shape, strides: readonly number[], offset = 0): Int32Array {
  const indices = new Int32Array(sizeOf(shape));
  if (indices.length === 0) return indices;
  indices[0] = offset;
  let filled = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const [size, stride] = [shape[axis] ?? 1, strides[axis] ?? 0];
    for (let k = 1; k < size; k++)
      for (let i = 0; i < filled; i++) indices[k * filled + i] = (indices[i] ?? 0) + k * stride;
    filled *= size;
  }
  return indices;
}

/** The elements of `source` at `indices`, bit for bit; a negative index yields `fill` (zero when absent). */
export function take(source: Tensor, indices: Int32Array, { dtype, shape }: StaticType, fill?: Tensor): Tensor {
  const data = allocate(dtype, indices.length);
  // Number and BigInt arrays alike: elements are only moved.
  const [to, from] = [data as Float64Array, source.data as Float64Array];
  const filler = fill?.data[0] as number | undefined;
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] ?? -1;
    if (index >= 0) to[i] = from[index] ?? 0;
    else if (filler !== undefined) to[i] = filler;
  }
  return fromData(dtype, shape, data);
}

/** A tensor seen as lanes along some axes: element (lane, k) lies at `starts[lane] + offsets[k]`. */
export interface Lanes {
  readonly starts: Int32Array;
  readonly offsets: Int32Array;
}

/** Lanes along `axes`, in the order of the remaining axes. */
export function lanesAlong(shape: Shape, axes: readonly number[]): Lanes {
  const strides = stridesOf(shape);
  const along = new Set(axes);
  const sizesOf = (isAlong: boolean): number[] => shape.filter((_, axis) => along.has(axis) === isAlong);
  const stridesWhere = (isAlong: boolean): number[] => strides.filter((_, axis) => along.has(axis) === isAlong);
  return {
    starts: stridedIndices(sizesOf(false), stridesWhere(false)),
    offsets: stridedIndices(sizesOf(true), stridesWhere(true)),
  };
}

/** Calls `visit` with each lane's elements in a buffer that is reused from lane to lane. */
export function forEachLane(
  values: Float64Array,
  lanes: Lanes,
  visit: (lane: Float64Array, index: number) => void,
): void {
  const buffer = new Float64Array(lanes.offsets.length);
  for (let i = 0; i < lanes.starts.length; i++) {
    const start = lanes.starts[i] ?? 0;
    for (let k = 0; k < buffer.length; k++) buffer[k] = values[start + (lanes.offsets[k] ?? 0)] ?? 0;
    visit(buffer, i);
  }
}

/** Replaces every lane by what `transform` returns for it. */
export function mapLanes(
  values: Float64Array,
  lanes: Lanes,
  transform: (lane: Float64Array) => Float64Array,
): Float64Array {
  const result = new Float64Array(values.length);
  forEachLane(values, lanes, (lane, index) => {
    const changed = transform(lane);
    const start = lanes.starts[index] ?? 0;
    for (let k = 0; k < changed.length; k++) result[start + (lanes.offsets[k] ?? 0)] = changed[k] ?? 0;
  });
  return result;
}

/**
 * As {@link stridedIndices} for an irregular grid: output coordinate k of an axis reads the coordinate `grid[axis][k]`, and
 * a negative one makes the whole position −1.
 */
export function gridIndices(grid: readonly ArrayLike<number>[], strides: readonly number[]): Int32Array {
  const indices = new Int32Array(grid.reduce((product, axis) => product * axis.length, 1));
  if (indices.length === 0) return indices;
  let filled = 1;
  for (let axis = grid.length - 1; axis >= 0; axis--) {
    const coordinates = grid[axis] ?? [];
    const stride = strides[axis] ?? 0;
    // Downwards, because the block that the others are made from stands at k = 0.
    for (let k = coordinates.length - 1; k >= 0; k--) {
      const coordinate = coordinates[k] ?? -1;
      for (let i = 0; i < filled; i++) {
        const inner = indices[i] ?? -1;
        indices[k * filled + i] = coordinate < 0 || inner < 0 ? -1 : inner + coordinate * stride;
      }
    }
    filled *= coordinates.length;
  }
  return indices;
}
