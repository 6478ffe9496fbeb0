import { type DataType, type Shape, sizeOf, bytesPerElement } from "../../core/graph/tensor";

/** A tensor that is kept for every item. */
export interface StoredTensor {
  /** Name of the tapped value, or {@link MASK}. */
  readonly name: string;
  readonly dtype: "float32" | "float16";
  /** Of one item. */
  readonly shape: Shape;
}

/** Name under which the mask of an item is stored, in front of its taps. */
export const MASK = "mask";

/**
 * How the tensors of one item lie side by side in a shard: all of one item together, so that a batch of any items is read
 * with one scattered read for each.
 */
export class RecordLayout {
  /** Byte range of each tensor within a record. */
  readonly ranges: readonly { readonly offset: number; readonly length: number }[];
  readonly recordBytes: number;

  constructor(readonly tensors: readonly StoredTensor[]) {
    let offset = 0;
    this.ranges = tensors.map(({ dtype, shape }) => {
      const length = sizeOf(shape) * bytesPerElement(dtype);
      const range = { offset, length };
      offset += length;
      return range;
    });
    this.recordBytes = offset;
  }
}

export type FloatArray = Float32Array | Uint16Array;

/** A view of `count` elements of `buffer` from its start. */
export function viewOf(dtype: DataType, buffer: ArrayBuffer, count: number): FloatArray {
  return dtype === "float16" ? new Uint16Array(buffer, 0, count) : new Float32Array(buffer, 0, count);
}
