import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { numbersOf } from "../../../src/core/graph/tensor";
import { FeatureStore } from "../../../src/engine/features/featureStore";
import { MASK, RecordLayout } from "../../../src/engine/features/recordLayout";
import { writeShard } from "../../../src/engine/features/shard";
import { nodeFileSystem } from "../../../src/store/nodeFileSystem";

/** Mask [2], then taps a [1], b [2], c [3], d [1]; item i holds 100 i, 100 i + 1, … */
const layout = new RecordLayout([
  { name: MASK, dtype: "float32", shape: [2] },
  { name: "a", dtype: "float32", shape: [1] },
  { name: "b", dtype: "float32", shape: [2] },
  { name: "c", dtype: "float32", shape: [3] },
  { name: "d", dtype: "float32", shape: [1] },
]);

let folder: string;
let store: FeatureStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "unipt-store-"));
  const items = ["x", "y", "z"];
  const records = items.map((_, item) => {
    const values = Float32Array.from({ length: layout.recordBytes / 4 }, (_value, at) => 100 * item + at);
    return new Uint8Array(values.buffer);
  });
  const shard = await writeShard(nodeFileSystem, join(folder, "s.shard"), items, layout.recordBytes, records);
  store = new FeatureStore(
    layout,
    [shard],
    [0, 1, 2].map((row) => ({ shard: 0, row })),
  );
});

afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

describe("reading parts of records", () => {
  test("reads the taps that are asked for, neighbours or not, of items in any order", async () => {
    const { taps, mask } = await store.readBatch([2, 0], { taps: [0, 2, 3], withMask: false });
    expect(mask).toBeUndefined();
    expect(taps.map(({ shape }) => shape)).toEqual([
      [2, 1],
      [2, 3],
      [2, 1],
    ]);
    expect(taps.map(numbersOf)).toEqual([
      [202, 2],
      [205, 206, 207, 5, 6, 7],
      [208, 8],
    ]);
  });

  test("reads the mask only when it is asked for", async () => {
    const { taps, mask } = await store.readBatch([1], { taps: [1], withMask: true });
    expect(numbersOf(mask!)).toEqual([100, 101]);
    expect(taps.map(numbersOf)).toEqual([[103, 104]]);
    expect(await store.readBatch([1], { taps: [], withMask: false })).toEqual({ taps: [] });
  });

  test("a part equals the same part of the whole", async () => {
    const whole = await store.readBatch([1, 2]);
    const [b] = (await store.readBatch([1, 2], { taps: [1], withMask: false })).taps;
    expect(b).toEqual(whole.taps[1]);
  });
});
