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

/** What is read of each item. */
export interface BatchParts {
  /** Taps by their position among {@link FeatureStore.taps}, in rising order. */
  readonly taps: readonly number[];
  readonly withMask: boolean;
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

  /** Tokens that the mask of an item covers; undefined when every token is valid. */
  get maskLength(): number | undefined {
    const [first] = this.layout.tensors;
    return first?.name === MASK ? first.shape[0] : undefined;
  }

  /** Whether item `index` has features. */
  has(index: number): boolean {
    return this.places[index] !== undefined;
  }

  /**
   * Reads the features of some items, in their order: all of them, or only the taps and the mask that are asked for; the
   * others are not read. The tensors stay valid until the second next call: one batch can be read while the one before is in
   * use.
   * @throws UserError when a file was removed or cut off since the store was opened
   */
  async readBatch(indices: readonly number[], parts?: BatchParts): Promise<FeatureBatch> {
    this.#turn = this.#turn === 0 ? 1 : 0;
    const { tensors } = this.layout;
    const maskCount = this.maskLength === undefined ? 0 : 1;
    const positions = parts
      ? [...(parts.withMask && maskCount === 1 ? [0] : []), ...parts.taps.map((tap) => tap + maskCount)]
      : [...tensors.keys()];
    const buffers = this.#buffersFor(indices.length, positions, this.#generations[this.#turn]);
    const runs = neighbours(positions);
    await Promise.all(indices.map((index, row) => this.#readRecord(index, row, runs, buffers)));
    const read = positions.map((at): Tensor<"float32" | "float16"> => {
      const { dtype, shape } = tensors[at] as StoredTensor;
      const data = viewOf(dtype, buffers[at] as ArrayBuffer, indices.length * sizeOf(shape));
      return { dtype, shape: [indices.length, ...shape], data };
    });
    if (positions[0] !== 0 || maskCount === 0) return { taps: read };
    const [mask, ...taps] = read;
    return { taps, mask: mask as Tensor<"float32"> };
  }

  /** Closes the files. */
  async close(): Promise<void> {
    const files = await Promise.allSettled(this.#files.values());
    this.#files.clear();
    await Promise.all(files.flatMap((file) => (file.status === "fulfilled" ? [file.value.close()] : [])));
  }

  #buffersFor(batchSize: number, positions: readonly number[], generation: ArrayBuffer[]): readonly ArrayBuffer[] {
    for (const at of positions) {
      const needed = batchSize * (this.layout.ranges[at]?.length ?? 0);
      if ((generation[at]?.byteLength ?? 0) < needed) generation[at] = new ArrayBuffer(needed);
    }
    return generation;
  }

  /** Each run of tensors that lie side by side is read at once. */
  async #readRecord(
    index: number,
    row: number,
    runs: readonly (readonly number[])[],
    buffers: readonly ArrayBuffer[],
  ): Promise<void> {
    const place = this.places[index];
    const shard = place && this.shards[place.shard];
    if (!place || !shard) throw new RangeError(`Item ${index} has no features.`);
    const { ranges, recordBytes } = this.layout;
    const file = await this.#file(place.shard, shard);
    for (const run of runs) {
      const views = run.map((at) => {
        const length = ranges[at]?.length ?? 0;
        return new Uint8Array(buffers[at] as ArrayBuffer, row * length, length);
      });
      const wanted = views.reduce((sum, { length }) => sum + length, 0);
      const start = ranges[run[0] ?? 0]?.offset ?? 0;
      const { bytesRead } = await file.readv(views, shard.dataOffset + place.row * recordBytes + start);
      if (bytesRead !== wanted)
        throw new UserError(
          `The feature cache file "${shard.path}" was cut off while in use; run again to compute it anew.`,
        );
    }
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

/** Rising positions as runs without gaps. */
function neighbours(positions: readonly number[]): number[][] {
  const runs: number[][] = [];
  for (const position of positions) {
    const last = runs.at(-1);
    if (last?.at(-1) === position - 1) last.push(position);
    else runs.push([position]);
  }
  return runs;
}
