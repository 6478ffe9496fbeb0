import { type FileHandle, open } from "node:fs/promises";

import { UserError } from "../../core/errors";
import type { Tensor } from "../../core/graph/tensor";
import { sizeOf } from "../../core/graph/tensor";
import { MASK, type RecordLayout, type StoredTensor, viewOf } from "./recordLayout";
import type { Shard } from "./shard";

/** Features of a batch of items. */
export interface FeatureBatch {
  /** One tensor [B, …] per tap, low to high, as stored (float16 as raw bits). */
  readonly taps: readonly Tensor<"float32" | "float16">[];
  /** 1 on valid tokens, 0 on padding, [B, N]; undefined when every token is valid. */
  readonly mask?: Tensor<"float32">;
}

/** Where the features of an item lie. */
interface Place {
  readonly shard: number;
  readonly row: number;
}

/**
 * Hidden states of a list of items on disk. Batches of any items are read straight into buffers that are used again and
 * again, so memory holds two batches, never the cache.
 */
export class FeatureStore {
  readonly #files = new Map<number, Promise<FileHandle>>();
  /** Batches are read into these in turn, one buffer per tensor. */
  readonly #generations: [ArrayBuffer[], ArrayBuffer[]] = [[], []];
  #turn: 0 | 1 = 0;

  constructor(
    readonly layout: RecordLayout,
    readonly shards: readonly Shard[],
    /** For each item its place; undefined for items that could not be loaded. */
    readonly places: readonly (Place | undefined)[],
  ) {}

  /** The tapped values, low to high, with their shapes per item. */
  get taps(): readonly StoredTensor[] {
    return this.layout.tensors.filter(({ name }) => name !== MASK);
  }

  /** Whether item `index` has features. */
  has(index: number): boolean {
    return this.places[index] !== undefined;
  }

  /**
   * Reads the features of some items, in their order. The tensors stay valid until the second next call: one batch can be
   * read while the one before is in use.
   * @throws UserError when a file was removed or cut off since the store was opened
   */
  async readBatch(indices: readonly number[]): Promise<FeatureBatch> {
    this.#turn = this.#turn === 0 ? 1 : 0;
    const buffers = this.#buffersFor(indices.length, this.#generations[this.#turn]);
    await Promise.all(indices.map((index, row) => this.#readRecord(index, row, buffers)));
    const tensors = this.layout.tensors.map(({ dtype, shape }, at): Tensor<"float32" | "float16"> => {
      const data = viewOf(dtype, buffers[at] as ArrayBuffer, indices.length * sizeOf(shape));
      return { dtype, shape: [indices.length, ...shape], data };
    });
    const [mask, ...taps] = tensors;
    if (this.layout.tensors[0]?.name !== MASK) return { taps: tensors };
    return { taps, mask: mask as Tensor<"float32"> };
  }

  /** Closes the files. */
  async close(): Promise<void> {
    const files = await Promise.allSettled(this.#files.values());
    this.#files.clear();
    await Promise.all(files.flatMap((file) => (file.status === "fulfilled" ? [file.value.close()] : [])));
  }

  #buffersFor(batchSize: number, generation: ArrayBuffer[]): readonly ArrayBuffer[] {
    for (const [at, { length }] of this.layout.ranges.entries()) {
      const needed = batchSize * length;
      if ((generation[at]?.byteLength ?? 0) < needed) generation[at] = new ArrayBuffer(needed);
    }
    return generation;
  }

  async #readRecord(index: number, row: number, buffers: readonly ArrayBuffer[]): Promise<void> {
    const place = this.places[index];
    const shard = place && this.shards[place.shard];
    if (!place || !shard) throw new RangeError(`Item ${index} has no features.`);
    const views = this.layout.ranges.map(
      ({ length }, at) => new Uint8Array(buffers[at] as ArrayBuffer, row * length, length),
    );
    const { recordBytes } = this.layout;
    const file = await this.#file(place.shard, shard);
    const { bytesRead } = await file.readv(views, shard.dataOffset + place.row * recordBytes);
    if (bytesRead !== recordBytes)
      throw new UserError(
        `The feature cache file "${shard.path}" was cut off while in use; run again to compute it anew.`,
      );
  }

  #file(index: number, { path }: Shard): Promise<FileHandle> {
    const known = this.#files.get(index);
    if (known) return known;
    const opened = open(path, "r").catch((cause: unknown) => {
      throw new UserError(`The feature cache file "${path}" was removed while in use; run again to compute it anew.`, {
        cause,
      });
    });
    this.#files.set(index, opened);
    return opened;
  }
}
