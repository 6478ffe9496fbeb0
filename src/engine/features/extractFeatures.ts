import { createHash } from "node:crypto";

import { UserError } from "../../core/errors";
import { sizeOf, type Tensor } from "../../core/graph/tensor";
import type { TapGraph } from "../../core/onnx/tapGraph";
import { nodeFileSystem } from "../../store/nodeFileSystem";
import type { OrtExecutor } from "../ort/ortExecutor";
import { checkAgainstCpu } from "./checkAgainstCpu";
import type { BatchInput, FeatureSource, SourceInputs } from "./featureSource";
import { FeatureStore } from "./featureStore";
import { type ExtractionPlan, type ExtractionRequest, planExtraction } from "./extractionPlan";
import { findNonFinite } from "./nonFinite";
import { readShard, type Shard, writeShard } from "./shard";
import { ShardBuffer } from "./shardBuffer";

/** Size at which a shard is written: what a kill loses at most, and a good size to read back. */
const SHARD_BYTES = 64 * 2 ** 20;
/** A slow backbone writes smaller shards, so that a kill loses no more than this. */
const SHARD_SECONDS = 20;

export interface ExtractionProgress {
  readonly phase: "verify" | "extract";
  /** Items (shards while verifying) done and in all, those found in the cache included. */
  readonly done: number;
  readonly total: number;
  /** Of those done, the ones that needed no computing: in the cache, or equal to another; undefined while verifying. */
  readonly cached?: number;
  /** Bytes written so far. */
  readonly bytesWritten: number;
  /** Estimate; undefined before the first batch. */
  readonly secondsLeft?: number;
}

/** An item without features. */
export interface ExtractionFailure {
  readonly index: number;
  readonly message: string;
}

export interface Extraction {
  readonly store: FeatureStore;
  /** Items that could not be loaded, such as broken images; the store has none of them. */
  readonly failures: readonly ExtractionFailure[];
  /** Items that had to be computed; the others were in the cache. */
  readonly computed: number;
}

/**
 * Extracts the hidden states of every item, or finds them in the cache. Work is kept shard by shard, so an extraction that
 * was stopped at any point continues where it was; shards that do not match their checksum are computed again. The backbone
 * is loaded only if something is missing and released before the generator returns.
 *
 * @param signal stops between batches; what was computed so far is kept
 * @throws UserError when backbone and source do not fit together, the cache is full, no item can be loaded, or the backbone
 *   gives a value that is not finite
 */
export async function* extractFeatures(
  request: ExtractionRequest,
  signal?: AbortSignal,
): AsyncGenerator<ExtractionProgress, Extraction> {
  const { source, cache, backbone } = request;
  const fingerprints = await cache.fingerprints();
  const plan = await planExtraction(request, fingerprints);
  await fingerprints.save();
  const { shards } = yield* verifyShards(request, plan, signal);
  const present = new Set(shards.flatMap(({ items }) => items));
  const missing = missingItems(plan, present);
  /** Why an item could not be loaded, by its content address. */
  const broken = new Map<string, string>();
  if (missing.length > 0) await cache.makeRoom(plan.key, missing.length * plan.layout.recordBytes);
  // Also when nothing is missing: what is in use is the last to be deleted.
  await cache.use(plan.key, { model: backbone.path, taps: plan.tapGraph.taps.map(({ value }) => value) });
  if (missing.length > 0) {
    const cached = plan.items.length - missing.length;
    let left = missing.length;
    for (const group of await groupsOfOneShape(plan, missing)) {
      left -= group.missing.length;
      shards.push(...(yield* computeMissing(request, plan, { ...group, cached, left, broken }, signal)));
    }
  }
  const failures = plan.items.flatMap((item, index): ExtractionFailure[] => {
    if (item === undefined) return [{ index, message: `"${source.nameOf(index)}" cannot be read.` }];
    const message = broken.get(item);
    return message === undefined ? [] : [{ index, message }];
  });
  if (failures.length === source.count && source.count > 0)
    throw new UserError(`None of the ${source.count} items could be loaded: ${failures[0]?.message ?? ""}`);
  return { store: openStore(plan, shards), failures, computed: missing.length };
}

/** Reads the shards of the cache entry; damaged ones are left out, and replaced when their items are computed again. */
export async function* verifyShards(
  { cache }: ExtractionRequest,
  { key, layout }: ExtractionPlan,
  signal?: AbortSignal,
): AsyncGenerator<ExtractionProgress, { shards: Shard[] }> {
  const paths = await cache.shardPaths(key);
  const shards: Shard[] = [];
  for (const [done, path] of paths.entries()) {
    signal?.throwIfAborted();
    const shard = await readShard(path, layout.recordBytes);
    if (shard) shards.push(shard);
    yield { phase: "verify", done: done + 1, total: paths.length, bytesWritten: 0 };
  }
  return { shards };
}

/** First index of every item that no shard holds. */
export function missingItems({ items }: ExtractionPlan, present: ReadonlySet<string>): number[] {
  const seen = new Set(present);
  return items.flatMap((item, index) => {
    if (item === undefined || seen.has(item)) return [];
    seen.add(item);
    return [index];
  });
}

/** Items that one graph computes, all with inputs of one shape. */
interface ItemGroup {
  readonly tapGraph: TapGraph;
  readonly makeBatch: SourceInputs["makeBatch"];
  /** Indices of the items. */
  readonly missing: readonly number[];
}

async function groupsOfOneShape(
  { tapGraph, turned, inputs }: ExtractionPlan,
  missing: readonly number[],
): Promise<ItemGroup[]> {
  if (!turned || !inputs.turned) return [{ tapGraph, makeBatch: (size) => inputs.makeBatch(size), missing }];
  const { turned: other } = inputs;
  const [lying, standing]: [number[], number[]] = [[], []];
  // What cannot be read is reported when it is loaded.
  for (const index of missing) ((await other.has(index).catch(() => false)) ? standing : lying).push(index);
  return [
    { tapGraph, makeBatch: (size: number) => inputs.makeBatch(size), missing: lying },
    { tapGraph: turned, makeBatch: (size: number) => other.makeBatch(size), missing: standing },
  ].filter((group) => group.missing.length > 0);
}

interface GroupWork extends ItemGroup {
  /** Items in all that need no computing. */
  readonly cached: number;
  /** Items of other groups that are still to come. */
  readonly left: number;
  /** Collects why items could not be loaded, by content address. */
  readonly broken: Map<string, string>;
}

async function* computeMissing(
  { source, executor, cache, backbone }: ExtractionRequest,
  { inputs, batchSize, layout, key, items }: ExtractionPlan,
  { tapGraph, makeBatch, missing, cached, left, broken }: GroupWork,
  signal: AbortSignal | undefined,
): AsyncGenerator<ExtractionProgress, Shard[]> {
  const shards: Shard[] = [];
  const capacity = batchSize * Math.max(1, Math.floor(SHARD_BYTES / layout.recordBytes / batchSize));
  const buffer = new ShardBuffer(layout, Math.min(capacity, Math.ceil(missing.length / batchSize) * batchSize));
  // Loaded with the first item that can be read: there may be none, when only broken ones are missing.
  let program: Awaited<ReturnType<OrtExecutor["prepare"]>> | undefined;
  const startedMs = performance.now();
  let flushedMs = startedMs;
  const doneBefore = items.length - left - missing.length;
  let done = doneBefore;
  let bytesWritten = (done - cached) * layout.recordBytes;
  const flush = async (): Promise<void> => {
    const { indices } = buffer;
    if (indices.length === 0) return;
    const addresses = indices.map((index) => items[index] ?? "");
    const name = createHash("sha256").update(addresses.join()).digest("hex").slice(0, 16);
    const path = cache.shardPath(key, name);
    shards.push(await writeShard(nodeFileSystem, path, addresses, layout.recordBytes, buffer.records()));
    bytesWritten += indices.length * layout.recordBytes;
    buffer.clear();
    flushedMs = performance.now();
  };
  try {
    const queue = missing.values();
    const onBroken = (index: number, message: string): unknown => broken.set(items[index] ?? "", message);
    const batches = [makeBatch(batchSize), makeBatch(batchSize)] as const;
    // While the backbone runs on one batch, images of the next are decoded on other threads.
    let next = fillBatch(batches[0], batchSize, queue, onBroken);
    for (let turn = 0; ; turn = 1 - turn) {
      const indices = await next;
      const input = batches[turn === 0 ? 0 : 1];
      if (indices.length === 0) break;
      if (signal?.aborted) {
        await flush();
        signal.throwIfAborted();
      }
      next = fillBatch(batches[turn === 0 ? 1 : 0], batchSize, queue, onBroken);
      next.catch(() => undefined); // reported when it is awaited, unless the run below fails first
      const outputs = buffer.rowsFor(batchSize, inputs.unitsPerItem);
      program ??= await executor.prepare(tapGraph.graph);
      await program.runInto(
        input.feeds,
        Object.fromEntries(tapGraph.taps.map(({ output }, at) => [output, outputs[at] as Tensor])),
      );
      if (done === doneBefore && executor.device !== "cpu")
        await checkAgainstCpu(executor.device, tapGraph, input.feeds, outputs, backbone.path);
      for (const [at, { value }] of tapGraph.taps.entries())
        checkFinite(outputs[at] as Tensor, batchSize, indices, source, value, backbone.path);
      buffer.add(indices, input);
      done += indices.length;
      const isSlow = performance.now() - flushedMs > SHARD_SECONDS * 1000;
      if (buffer.isFull(batchSize) || isSlow || done === items.length) await flush();
      const secondsLeft = ((performance.now() - startedMs) / 1000 / (done - doneBefore)) * (items.length - done);
      yield { phase: "extract", done, total: items.length, cached, bytesWritten, secondsLeft };
    }
    await flush();
    return shards;
  } finally {
    await program?.dispose();
  }
}

/** Fills the rows of a batch from the queue; broken items are reported and replaced by the next. Returns the rows' indices. */
async function fillBatch(
  batch: BatchInput,
  batchSize: number,
  queue: Iterator<number>,
  onBroken: (index: number, message: string) => void,
): Promise<number[]> {
  const rows: number[] = [];
  while (rows.length < batchSize) {
    const wanted: number[] = [];
    for (let entry = queue.next(); !entry.done; entry = queue.next()) {
      wanted.push(entry.value);
      if (rows.length + wanted.length === batchSize) break;
    }
    if (wanted.length === 0) break;
    const first = rows.length;
    const results = await Promise.allSettled(wanted.map((index, at) => batch.write(first + at, index)));
    for (const [at, index] of wanted.entries()) {
      const result = results[at];
      if (result?.status === "fulfilled") {
        // A gap left by a broken item is closed by writing this one again further up.
        if (rows.length !== first + at) await batch.write(rows.length, index);
        rows.push(index);
      } else if (result) {
        if (!(result.reason instanceof UserError)) throw result.reason;
        onBroken(index, result.reason.message);
      }
    }
  }
  return rows;
}

function checkFinite(
  tap: Tensor,
  batchSize: number,
  indices: readonly number[],
  source: FeatureSource,
  value: string,
  model: string,
): void {
  const perItem = sizeOf(tap.shape) / batchSize;
  const position = findNonFinite(tap, indices.length * perItem);
  if (position === undefined) return;
  const name = source.nameOf(indices[Math.floor(position / perItem)] ?? 0);
  const advice =
    tap.dtype === "float16"
      ? 'set "features.dtype" to "float32", since float16 ends at 65504'
      : "check the preprocessing and the weights of the model";
  throw new UserError(`The hidden state "${value}" of "${model}" is not finite for ${name}; ${advice}.`);
}

function openStore({ layout, items }: ExtractionPlan, shards: readonly Shard[]): FeatureStore {
  const places = new Map<string, { shard: number; row: number }>();
  for (const [shard, { items: stored }] of shards.entries())
    for (const [row, item] of stored.entries()) if (!places.has(item)) places.set(item, { shard, row });
  return new FeatureStore(
    layout,
    shards,
    items.map((item) => (item === undefined ? undefined : places.get(item))),
  );
}
