import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { PreprocessingConfig } from "../../../src/core/datasets/preprocessing";
import { float16ToFloat32 } from "../../../src/core/graph/float16";
import { interpret } from "../../../src/core/graph/interpret";
import type { Graph } from "../../../src/core/graph/graph";
import { numbersOf, tensor, type Tensor } from "../../../src/core/graph/tensor";
import {
  type Extraction,
  extractFeatures,
  type ExtractionProgress,
} from "../../../src/engine/features/extractFeatures";
import type { ExtractionRequest } from "../../../src/engine/features/extractionPlan";
import { FeatureCache } from "../../../src/engine/features/featureCache";
import type { FeatureStore } from "../../../src/engine/features/featureStore";
import { forecastFeatures } from "../../../src/engine/features/forecastFeatures";
import { imageSource } from "../../../src/engine/features/imageSource";
import { textSource } from "../../../src/engine/features/textSource";
import { readModelFile } from "../../../src/engine/models/readModelFile";
import { OrtExecutor } from "../../../src/engine/ort/ortExecutor";
import type { OrtProgram } from "../../../src/engine/ort/ortProgram";
import { TextTokenizer } from "../../../src/engine/texts/textTokenizer";
import { wordPiece } from "../texts/tokenizers";
import { imageBackbone, textBackbone, unusualBackbone, writeModel } from "./backbones";

let folder: string;
const opened: FeatureStore[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "features-"));
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
  rmSync(folder, { recursive: true });
});

/** Counts how often a backbone is loaded and run. */
class CountingExecutor extends OrtExecutor {
  sessions = 0;
  runs = 0;
  released = 0;

  constructor() {
    super({ threads: 1 });
  }

  override async prepare(graph: Graph): Promise<OrtProgram> {
    this.sessions++;
    const program = await super.prepare(graph);
    const runInto = program.runInto.bind(program);
    const dispose = program.dispose.bind(program);
    program.runInto = (...args) => {
      this.runs++;
      return runInto(...args);
    };
    program.dispose = () => {
      this.released++;
      return dispose();
    };
    return program;
  }
}

const config = PreprocessingConfig.parse({ size: [4, 4], scale: 1 / 255 });
const pixelsOf = (seed: number): number[] => Array.from({ length: 48 }, (_, i) => (seed * 37 + i * 11) % 256);

async function writeImages(count: number): Promise<{ id: string; path: string }[]> {
  const items = Array.from({ length: count }, (_, index) => ({
    id: `image ${index}`,
    path: join(folder, `${index}.png`),
  }));
  for (const [index, { path }] of items.entries())
    await sharp(Uint8Array.from(pixelsOf(index)), { raw: { width: 4, height: 4, channels: 3 } }).toFile(path);
  return items;
}

function expectedStages(seed: number): Record<string, Tensor> {
  const pixels = pixelsOf(seed);
  const planes = [0, 1, 2].flatMap((channel) => pixels.filter((_, i) => i % 3 === channel).map((value) => value / 255));
  return interpret(imageBackbone(), { pixels: tensor("float32", [1, 3, 4, 4], planes) });
}

interface CountedRequest extends ExtractionRequest {
  readonly executor: CountingExecutor;
}

async function imageRequest(count: number, fields: Partial<ExtractionRequest> = {}): Promise<CountedRequest> {
  const path = writeModel(join(folder, "image.onnx"), imageBackbone(), ["batch"]);
  const { graph } = await readModelFile(path);
  return {
    backbone: { path, graph },
    taps: ["stage0", "stage1"],
    source: imageSource(await writeImages(count), config),
    dtype: "float32",
    cache: new FeatureCache(join(folder, "cache")),
    batchSize: 2,
    ...fields,
    executor: new CountingExecutor(),
  };
}

async function extract(
  request: ExtractionRequest,
  signal?: AbortSignal,
): Promise<Extraction & { events: ExtractionProgress[] }> {
  const events: ExtractionProgress[] = [];
  const extraction = extractFeatures(request, signal);
  for (;;) {
    const step = await extraction.next();
    if (step.done) {
      opened.push(step.value.store);
      return { ...step.value, events };
    }
    events.push(step.value);
  }
}

const shardsIn = (request: ExtractionRequest): string[] =>
  readdirSync(request.cache.root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".shard"))
    .sort()
    .map((name) => join(request.cache.root, name));

function expectClose(actual: Tensor | undefined, expected: readonly number[]): void {
  const values = actual ? numbersOf(actual) : [];
  expect(values).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(values[i]).toBeCloseTo(value, 5);
}

describe("extractFeatures", () => {
  test("gives for every item what the backbone gives for it alone, in any order", async () => {
    const request = await imageRequest(5);
    const { store, failures, computed, events } = await extract(request);
    expect([failures, computed]).toEqual([[], 5]);
    expect(store.taps.map(({ name, shape }) => [name, shape])).toEqual([
      ["stage0", [2, 2, 2]],
      ["stage1", [3, 1, 1]],
    ]);
    expect(events.map(({ phase, done, total }) => [phase, done, total])).toEqual([
      ["extract", 2, 5],
      ["extract", 4, 5],
      ["extract", 5, 5],
    ]);
    expect(events.at(-1)?.secondsLeft).toBe(0);
    for (const indices of [
      [0, 1, 2, 3, 4],
      [4, 0],
      [3, 3, 1],
    ]) {
      const { taps, mask } = await store.readBatch(indices);
      expect(mask).toBeUndefined();
      expect(taps[0]?.shape).toEqual([indices.length, 2, 2, 2]);
      for (const [at, name] of ["stage0", "stage1"].entries())
        expectClose(
          taps[at],
          indices.flatMap((index) => numbersOf(expectedStages(index)[name]!)),
        );
    }
    await store.close();
  });

  test("a second extraction loads no backbone and finds the same numbers", async () => {
    const request = await imageRequest(4);
    const first = await extract(request);
    const executor = new CountingExecutor();
    const second = await extract({ ...request, executor });
    expect([second.computed, executor.sessions]).toEqual([0, 0]);
    expect(second.events).toEqual([{ phase: "verify", done: 1, total: 1, bytesWritten: 0 }]);
    expect((await second.store.readBatch([2])).taps).toEqual((await first.store.readBatch([2])).taps);
  });

  test("computes new and changed items only", async () => {
    const request = await imageRequest(4);
    await extract(request);
    const items = await writeImages(6);
    writeFileSync(items[1]!.path, readFileSync(items[5]!.path));
    utimesSync(items[1]!.path, 1, 1);
    const executor = new CountingExecutor();
    const { store, computed } = await extract({ ...request, executor, source: imageSource(items, config) });
    // Items 4 and 5 are new, and item 1 now equals 5.
    expect([computed, executor.runs]).toEqual([2, 1]);
    const { taps } = await store.readBatch([1, 4, 0]);
    expectClose(
      taps[1],
      [5, 4, 0].flatMap((seed) => numbersOf(expectedStages(seed)["stage1"]!)),
    );
  });

  test("features of another dtype, preprocessing, tap list or model are kept apart", async () => {
    const request = await imageRequest(2);
    await extract(request);
    const items = await writeImages(2);
    const otherPath = writeModel(join(folder, "other.onnx"), { ...imageBackbone(), name: "other" }, ["batch"]);
    const others: Partial<ExtractionRequest>[] = [
      { dtype: "float16" },
      { taps: ["stage1"] },
      { source: imageSource(items, { ...config, mean: [0.5, 0.5, 0.5] }) },
      { backbone: { path: otherPath, graph: (await readModelFile(otherPath)).graph } },
    ];
    for (const other of others) expect((await extract({ ...request, ...other })).computed).toBe(2);
    expect(
      (await request.cache.entries()).map(({ model }) => model).filter((model) => model === otherPath),
    ).toHaveLength(1);
    for (const other of others) expect((await extract({ ...request, ...other })).computed).toBe(0);
  });

  test("stored as float16, the features are the rounded ones in half the space", async () => {
    const request = await imageRequest(2, { dtype: "float16" });
    const { store } = await extract(request);
    const [stage0] = (await store.readBatch([1])).taps;
    expect(stage0?.dtype).toBe("float16");
    const expected = numbersOf(expectedStages(1)["stage0"]!);
    const values = float16ToFloat32(stage0?.data as Uint16Array);
    for (const [i, value] of expected.entries())
      expect(Math.abs(values[i]! - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -11 + 1e-6);
    expect(store.layout.recordBytes).toBe((8 + 3) * 2);
  });

  test("pads the last batch without counting it, and obeys a batch size of the model's own", async () => {
    const path = writeModel(join(folder, "fixed.onnx"), imageBackbone(3), []);
    const request = await imageRequest(4, { backbone: { path, graph: (await readModelFile(path)).graph } });
    const { store, computed } = await extract(request);
    expect([computed, request.executor.runs]).toEqual([4, 2]);
    expectClose((await store.readBatch([3])).taps[1], numbersOf(expectedStages(3)["stage1"]!));
  });
});

describe("stopping", () => {
  test("after an abort at any batch, only what is missing is computed, and the session is released", async () => {
    for (const batches of [1, 2, 3]) {
      const request = await imageRequest(8);
      const { executor } = request;
      const controller = new AbortController();
      const extraction = extractFeatures(request, controller.signal);
      for (let i = 0; i < batches; i++) await extraction.next();
      controller.abort(new Error("stopped by the user"));
      await expect(extraction.next()).rejects.toThrow("stopped by the user");
      expect(executor.released).toBe(1);

      const again = new CountingExecutor();
      const { store, computed } = await extract({ ...request, executor: again });
      expect([computed, again.runs]).toEqual([8 - 2 * batches, 4 - batches]);
      const { taps } = await store.readBatch([0, 1, 2, 3, 4, 5, 6, 7]);
      expectClose(
        taps[1],
        [0, 1, 2, 3, 4, 5, 6, 7].flatMap((seed) => numbersOf(expectedStages(seed)["stage1"]!)),
      );
      await request.cache.clean();
    }
  });

  test("a consumer that leaves releases the session", async () => {
    const request = await imageRequest(4);
    for await (const event of extractFeatures(request)) {
      expect(event.done).toBe(2);
      break;
    }
    expect(request.executor.released).toBe(1);
  });
});

/** Two cache entries' worth of shards: an extraction of the first items, then of all. */
async function twoShards(): Promise<ExtractionRequest> {
  const request = await imageRequest(4);
  const items = await writeImages(4);
  await extract({ ...request, source: imageSource(items.slice(0, 2), config) });
  await extract(request);
  expect(shardsIn(request)).toHaveLength(2);
  return request;
}

describe("damage", () => {
  test.each([
    [
      "a flipped bit in a record",
      (bytes: Buffer) => bytes.writeUInt8(bytes.readUInt8(bytes.length - 3) ^ 4, bytes.length - 3),
    ],
    ["a flipped bit in the header", (bytes: Buffer) => bytes.writeUInt8(bytes.readUInt8(30) ^ 1, 30)],
    ["another magic", (bytes: Buffer) => bytes.write("XX")],
    ["an impossible header length", (bytes: Buffer) => bytes.writeUInt32LE(0xffff_ffff, 8)],
    ["a cut-off end", (bytes: Buffer) => bytes.subarray(0, bytes.length - 1)],
    ["no content", (bytes: Buffer) => bytes.subarray(0, 0)],
  ])("%s: the shard is computed again, the other kept", async (_, damage) => {
    const request = await twoShards();
    const [victim, other] = shardsIn(request) as [string, string];
    const untouched = statSync(other).mtimeMs;
    const bytes = readFileSync(victim);
    const result = damage(bytes);
    writeFileSync(victim, typeof result === "number" ? bytes : result);

    const executor = new CountingExecutor();
    const { store, computed } = await extract({ ...request, executor });
    expect([computed, executor.runs]).toEqual([2, 1]);
    expect(statSync(other).mtimeMs).toBe(untouched);
    const { taps } = await store.readBatch([0, 1, 2, 3]);
    expectClose(
      taps[0],
      [0, 1, 2, 3].flatMap((seed) => numbersOf(expectedStages(seed)["stage0"]!)),
    );
    expect((await extract({ ...request, executor })).computed).toBe(0);
  });

  test("a half-written file of a dead process is no shard and goes away", async () => {
    const request = await twoShards();
    const stale = join(shardsIn(request)[0]!, "..", ".0123.shard.1-1.tmp");
    writeFileSync(stale, "half");
    utimesSync(stale, 1, 1);
    const items = await writeImages(5);
    expect((await extract({ ...request, source: imageSource(items, config) })).computed).toBe(1);
    expect(readdirSync(join(stale, "..")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("a shard that vanishes while in use is reported as such", async () => {
    const request = await imageRequest(2);
    const { store } = await extract(request);
    rmSync(shardsIn(request)[0]!);
    await expect(store.readBatch([0])).rejects.toThrow(/was removed while in use; run again/);
  });

  test("broken and missing images are listed and left out", async () => {
    const request = await imageRequest(7);
    for (const index of [0, 3, 4])
      writeFileSync(join(folder, `${index}.png`), index === 4 ? "no image 3" : `no image ${index}`);
    rmSync(join(folder, "5.png"));
    const { store, failures } = await extract(request);
    expect(failures.map(({ index }) => index).sort()).toEqual([0, 3, 4, 5]);
    expect(failures.find(({ index }) => index === 3)?.message).toMatch(/3\.png" cannot be decoded/);
    expect(failures.find(({ index }) => index === 5)?.message).toBe('"image 5" cannot be read.');
    expect([0, 1, 2, 3, 4, 5, 6].filter((index) => store.has(index))).toEqual([1, 2, 6]);
    const { taps } = await store.readBatch([6, 1, 2]);
    expectClose(
      taps[1],
      [6, 1, 2].flatMap((seed) => numbersOf(expectedStages(seed)["stage1"]!)),
    );
    await expect(store.readBatch([3])).rejects.toThrow("Item 3 has no features");
  });

  test("says so when no image can be loaded", async () => {
    const request = await imageRequest(2);
    for (const index of [0, 1]) writeFileSync(join(folder, `${index}.png`), "no image");
    await expect(extract(request)).rejects.toThrow(/None of the 2 items could be loaded: ".*0\.png" cannot be decoded/);
  });

  test("names the item and the hidden state of a value that is not finite", async () => {
    const path = writeModel(join(folder, "unusual.onnx"), unusualBackbone(), ["batch"]);
    const request = await imageRequest(4, {
      backbone: { path, graph: (await readModelFile(path)).graph },
      taps: ["infinite"],
    });
    // Only image 0 has a black channel somewhere.
    await expect(extract(request)).rejects.toThrow(
      /hidden state "infinite" of ".*unusual\.onnx" is not finite for image 0; check/,
    );
  });
});

describe("cost", () => {
  test("the forecast is what is then written", async () => {
    const request = await imageRequest(5);
    const forecast = await forecastFeatures(request);
    expect(forecast).toMatchObject({ items: 5, cachedItems: 0, bytesPerItem: 44, totalBytes: 220, newBytes: 220 });
    expect(forecast.seconds).toBeGreaterThan(0);
    expect(shardsIn(request)).toEqual([]);
    const { events } = await extract(request);
    expect(events.at(-1)?.done).toBe(5);
    const sizes = shardsIn(request).map((path) => statSync(path).size);
    expect(sizes).toHaveLength(1);
    expect((sizes[0]! - 220) % 64).toBe(0);
    expect(await forecastFeatures(request)).toMatchObject({ cachedItems: 5, newBytes: 0, seconds: 0 });
  });

  test("the least recently used entries make room", async () => {
    const request = await imageRequest(4);
    await extract(request);
    await extract({ ...request, dtype: "float16" });
    const [first, second] = await request.cache.entries();
    const cache = new FeatureCache(request.cache.root, first!.bytes + second!.bytes + 10);
    utimesSync(join(first!.folder, "features.json"), 2e9, 2e9); // used again later
    await extract({ ...request, cache, taps: ["stage1"] });
    const left = (await cache.entries()).map(({ key }) => key);
    expect(left).toContain(first!.key);
    expect(left).not.toContain(second!.key);
    expect(left).toHaveLength(2);
  });

  test("an entry that cannot fit is refused before anything is computed", async () => {
    const request = await imageRequest(4, { cache: new FeatureCache(join(folder, "cache"), 100) });
    await expect(extract(request)).rejects.toThrow(/features need 0\.00 GiB, but "features\.cacheQuotaGiB" allows/);
    expect(request.executor.sessions).toBe(0);
  });

  test("cleaning removes everything", async () => {
    const request = await imageRequest(3);
    await extract(request);
    const { entries, bytes } = await request.cache.clean();
    expect(entries).toBe(1);
    expect(bytes).toBeGreaterThan(132);
    expect(readdirSync(request.cache.root)).toEqual([]);
  });

  test("batches are read into two sets of buffers in turn", async () => {
    const { store } = await extract(await imageRequest(4));
    const batches = [await store.readBatch([0, 1]), await store.readBatch([2, 3]), await store.readBatch([1])];
    const buffers = batches.map(({ taps }) => taps[0]?.data.buffer);
    expect(buffers[2]).toBe(buffers[0]);
    expect(buffers[1]).not.toBe(buffers[0]);
    expectClose(
      batches[1]!.taps[1],
      [2, 3].flatMap((seed) => numbersOf(expectedStages(seed)["stage1"]!)),
    );
  });
});

describe("texts", () => {
  async function textRequest(texts: readonly string[]): Promise<ExtractionRequest> {
    const path = writeModel(join(folder, "text.onnx"), textBackbone(), ["batch", "sequence"]);
    mkdirSync(join(folder, "tokenizer"), { recursive: true });
    const tokenizerPath = join(folder, "tokenizer", "tokenizer.json");
    writeFileSync(tokenizerPath, JSON.stringify(wordPiece));
    const tokenizer = await TextTokenizer.load(tokenizerPath, { maxTokens: 16, specialTokens: true });
    const request = await imageRequest(0);
    const items = texts.map((text, index) => ({ id: String(index), text }));
    return {
      ...request,
      backbone: { path, graph: (await readModelFile(path)).graph },
      taps: ["embeddings", "hidden"],
      source: textSource(items, tokenizer),
    };
  }

  test("masks padding, pads no further than needed and computes equal texts once", async () => {
    const request = await textRequest(["a cat", "cats sitting a!", "A cat", "a"]);
    const { store, computed } = await extract(request);
    expect(computed).toBe(3);
    expect(store.taps.map(({ shape }) => shape)).toEqual([
      [8, 4],
      [8, 4],
    ]);
    const { taps, mask } = await store.readBatch([0, 1, 2, 3]);
    expect(mask).toEqual(
      tensor(
        "float32",
        [4, 8],
        [4, 8, 4, 3].flatMap((length) => Array.from({ length: 8 }, (_, at) => (at < length ? 1 : 0))),
      ),
    );
    const ids = [
      [2, 4, 5, 3],
      [2, 5, 6, 7, 8, 4, 9, 3],
      [2, 4, 5, 3],
      [2, 4, 3],
    ];
    const padded = ids.map((row) => [...row, ...Array<number>(8 - row.length).fill(0)]);
    const expected = interpret(textBackbone(4, 8), {
      input_ids: tensor("int64", [4, 8], padded.flat()),
      attention_mask: tensor(
        "int64",
        [4, 8],
        ids.flatMap((row) => Array.from({ length: 8 }, (_, at) => (at < row.length ? 1 : 0))),
      ),
    });
    expectClose(taps[0], numbersOf(expected["embeddings"]!));
    expectClose(taps[1], numbersOf(expected["hidden"]!));
  });

  test("fills the length that a backbone is made for, and says when a text is longer", async () => {
    const path = writeModel(join(folder, "fixed.onnx"), textBackbone(2, 5), []);
    const backbone = { path, graph: (await readModelFile(path)).graph };
    const { store } = await extract({ ...(await textRequest(["a"])), backbone });
    expect((await store.readBatch([0])).mask).toEqual(tensor("float32", [1, 5], [1, 1, 1, 0, 0]));
    await expect(extract({ ...(await textRequest(["a a a a"])), backbone })).rejects.toThrow(
      /fixed\.onnx" is made for 5 tokens, but a text has 6; set "text\.backbone\.maxTokens" to 5/,
    );
  });

  test("a backbone for images is refused", async () => {
    const request = await textRequest(["a"]);
    const { backbone } = await imageRequest(0);
    await expect(extract({ ...request, backbone, taps: ["stage0"] })).rejects.toThrow(
      /Input "pixels" of the text backbone .* is float32 with 4 axes/,
    );
  });
});

describe("taps", () => {
  async function unusual(tap: string): Promise<ExtractionRequest> {
    const path = writeModel(join(folder, "unusual.onnx"), unusualBackbone(), ["batch"]);
    return imageRequest(2, { backbone: { path, graph: (await readModelFile(path)).graph }, taps: [tap] });
  }

  test.each([
    ["sequenceFirst", [4, 3]],
    ["folded", [3, 16]],
    ["channelsLast", [4, 4, 2]],
  ])("%s comes out with the batch in front", async (tap, shape) => {
    const request = await unusual(tap);
    const { store } = await extract(request);
    expect(store.taps.map((stored) => stored.shape)).toEqual([shape]);
    const pixels = pixelsOf(1);
    const planes = [0, 1, 2].flatMap((channel) =>
      pixels.filter((_, i) => i % 3 === channel).map((value) => value / 255),
    );
    const alone = interpret(unusualBackbone(), { pixels: tensor("float32", [1, 3, 4, 4], planes) });
    // With a single item, the batch axis takes no part in the order of the elements.
    expectClose((await store.readBatch([1])).taps[0], numbersOf(alone[tap]!));
  });

  test.each([
    ["constant", /the value "constant" depends on no input/],
    ["integer", /value "integer" is int32, not a floating-point tensor/],
    ["foldd", /computes no value "foldd" \(did you mean "folded"\?\)/],
  ])("%s is refused", async (tap, message) => {
    await expect(extract(await unusual(tap))).rejects.toThrow(message);
  });

  test("an image of another size or layout than the backbone's is explained", async () => {
    const request = await imageRequest(1);
    const items = await writeImages(1);
    await expect(extract({ ...request, source: imageSource(items, { ...config, size: [8, 8] }) })).rejects.toThrow(
      /Input "pixels" of the image backbone ".*" is \[batch, 3, 4, 4\], but "image\.backbone\.preprocessing" makes \[batch, 3, 8, 8\]; correct "size"/,
    );
    await expect(extract({ ...request, source: imageSource(items, { ...config, layout: "NHWC" }) })).rejects.toThrow(
      /set "layout" to "NCHW"/,
    );
  });
});
