import type { Tensor } from "../../core/graph/tensor";
import { sizeOf } from "../../core/graph/tensor";
import type { TokenMask } from "./featureSource";
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

  /** The next `batchSize` rows of every tap, to be written to. */
  rowsFor(batchSize: number): Tensor[] {
    const start = this.#indices.length;
    return this.layout.tensors.flatMap(({ name, dtype, shape }, at): Tensor[] => {
      if (name === MASK) return [];
      const size = sizeOf(shape);
      const data = (this.#arrays[at] as FloatArray).subarray(start * size, (start + batchSize) * size);
      return [{ dtype, shape: [batchSize, ...shape], data }];
    });
  }

  /** Counts the first rows of those as the features of these items. */
  add(indices: readonly number[], mask: TokenMask | undefined): void {
    const [first] = this.layout.tensors;
    if (first?.name === MASK && mask)
      for (const [row, index] of indices.entries())
        (this.#arrays[0] as FloatArray).set(mask.of(index), (this.#indices.length + row) * sizeOf(first.shape));
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
