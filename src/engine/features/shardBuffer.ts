import type { Tensor } from "../../core/graph/tensor";
import { sizeOf } from "../../core/graph/tensor";
import type { BatchInput } from "./featureSource";
import { type FloatArray, MASK, type RecordLayout, viewOf } from "./recordLayout";

/**
 * Room for the features of one shard. The backbone writes its outputs straight into it, tensor by tensor; the disk receives
 * them item by item, without a copy in between.
 */
export class ShardBuffer {
  readonly #arrays: readonly FloatArray[];
  readonly #indices: number[] = [];

  constructor(
    readonly layout: RecordLayout,
    /** Items. */
    readonly capacity: number,
  ) {
    this.#arrays = layout.tensors.map(({ dtype, shape }, at) => {
      const bytes = new ArrayBuffer(capacity * (layout.ranges[at]?.length ?? 0));
      return viewOf(dtype, bytes, capacity * sizeOf(shape));
    });
  }

  /** Indices of the items that it holds. */
  get indices(): readonly number[] {
    return this.#indices;
  }

  isFull(batchSize: number): boolean {
    return this.#indices.length + batchSize > this.capacity;
  }

  /**
   * The rows of the next `batchSize` items of every tap, as the backbone writes them.
   * @param unitsPerItem merges the axis in front of each item, where there is one, with that of the items
   */
  rowsFor(batchSize: number, unitsPerItem?: number): Tensor[] {
    const start = this.#indices.length;
    return this.layout.tensors.flatMap(({ name, dtype, shape }, at): Tensor[] => {
      if (name === MASK) return [];
      const size = sizeOf(shape);
      const data = (this.#arrays[at] as FloatArray).subarray(start * size, (start + batchSize) * size);
      const rows = unitsPerItem === undefined ? [batchSize, ...shape] : [batchSize * unitsPerItem, ...shape.slice(1)];
      return [{ dtype, shape: rows, data }];
    });
  }

  /** Counts the first rows of those as the features of these items, which are the first of `batch`. */
  add(indices: readonly number[], batch: BatchInput): void {
    const [first] = this.layout.tensors;
    if (first?.name === MASK)
      for (const row of indices.keys())
        (this.#arrays[0] as FloatArray).set(
          batch.maskOf?.(row) ?? [],
          (this.#indices.length + row) * sizeOf(first.shape),
        );
    this.#indices.push(...indices);
  }

  /** The records, item by item, as views. */
  records(): Uint8Array[] {
    return this.#indices.flatMap((_, row) =>
      this.layout.ranges.map(({ length }, at) => {
        const { buffer, byteOffset } = this.#arrays[at] as FloatArray;
        return new Uint8Array(buffer, byteOffset + row * length, length);
      }),
    );
  }

  clear(): void {
    this.#indices.length = 0;
  }
}
