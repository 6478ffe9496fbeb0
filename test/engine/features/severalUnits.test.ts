import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PreprocessingConfig } from "../../../src/core/datasets/preprocessing";
import { interpret } from "../../../src/core/graph/interpret";
import { numbersOf, tensor, type Tensor, zeros } from "../../../src/core/graph/tensor";
import { extractFeatures } from "../../../src/engine/features/extractFeatures";
import type { ExtractionRequest } from "../../../src/engine/features/extractionPlan";
import { FeatureCache } from "../../../src/engine/features/featureCache";
import type { FeatureSource } from "../../../src/engine/features/featureSource";
import type { FeatureStore } from "../../../src/engine/features/featureStore";
import { forecastFeatures } from "../../../src/engine/features/forecastFeatures";
import { imageSource } from "../../../src/engine/features/imageSource";
import { readModelFile } from "../../../src/engine/models/readModelFile";
import { OrtExecutor } from "../../../src/engine/ort/ortExecutor";
import { imageBackbone, writeModel } from "./backbones";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "units-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const config = PreprocessingConfig.parse({ size: [4, 4], scale: 1 / 255 });
const pixelsOf = (seed: number): number[] => Array.from({ length: 48 }, (_, i) => (seed * 37 + i * 11) % 256);

/** Items of three pictures each, of which item `index` has `index + 1` and the rest is black. */
async function triples(count: number): Promise<FeatureSource> {
  const items = Array.from({ length: count }, (_, at) => ({ id: `image ${at}`, path: join(folder, `${at}.png`) }));
  for (const [seed, { path }] of items.entries())
    await sharp(Uint8Array.from(pixelsOf(seed)), { raw: { width: 4, height: 4, channels: 3 } }).toFile(path);
  const single = imageSource(items, config);
  return {
    ...single,
    describeInputs(...given) {
      const described = single.describeInputs(...given);
      return {
        ...described,
        unitsPerItem: 3,
        mask: { length: 3 },
        makeBatch(batchSize) {
          const batch = described.makeBatch(batchSize * 3);
          const { feeds } = batch;
          const written: number[] = [];
          return {
            feeds,
            async write(row, index) {
              written[row] = index;
              (feeds["pixels"] as Tensor<"float32">).data.fill(0, row * 3 * 48, (row + 1) * 3 * 48);
              for (let unit = 0; unit <= index; unit++) await batch.write(row * 3 + unit, unit);
            },
            maskOf: (row) => new Float32Array(3).fill(1, 0, (written[row] ?? 0) + 1),
          };
        },
      };
    },
  };
}

async function request(count: number, rows = 1): Promise<ExtractionRequest> {
  const path = writeModel(join(folder, "image.onnx"), imageBackbone(rows), rows === 1 ? ["batch"] : []);
  return {
    backbone: { path, graph: (await readModelFile(path)).graph },
    taps: ["stage0", "stage1"],
    source: await triples(count),
    dtype: "float32",
    cache: new FeatureCache(join(folder, "cache")),
    batchSize: 2,
    executor: new OrtExecutor({ threads: 1 }),
  };
}

async function extract(wanted: ExtractionRequest): Promise<FeatureStore> {
  const extraction = extractFeatures(wanted);
  for (;;) {
    const step = await extraction.next();
    if (step.done) return step.value.store;
  }
}

/** stage1 of one picture, or of a black one. */
function stage1(seed: number | undefined): number[] {
  const pixels = seed === undefined ? zeros("float32", [48]).data : pixelsOf(seed);
  const planes = [0, 1, 2].flatMap((channel) =>
    Array.from(pixels)
      .filter((_, i) => i % 3 === channel)
      .map((value) => value / 255),
  );
  return numbersOf(interpret(imageBackbone(), { pixels: tensor("float32", [1, 3, 4, 4], planes) })["stage1"]!);
}

test.each([1, 6])("keeps the units of an item together, with a mask of them (model made for %i rows)", async (rows) => {
  const wanted = await request(3, rows);
  const store = await extract(wanted);
  const { taps, mask } = await store.readBatch([2, 0]);
  expect(taps.map(({ shape }) => shape)).toEqual([
    [2, 3, 2, 2, 2],
    [2, 3, 3, 1, 1],
  ]);
  expect(numbersOf(mask!)).toEqual([1, 1, 1, 1, 0, 0]);
  const expected = [0, 1, 2, 0, undefined, undefined].flatMap(stage1);
  for (const [i, value] of numbersOf(taps[1]!).entries()) expect(value).toBeCloseTo(expected[i]!, 5);
  expect((await forecastFeatures(wanted)).bytesPerItem).toBe(store.layout.recordBytes);
  await store.close();
});

test("refuses a backbone for a number of rows that holds no whole item", async () => {
  await expect(extract(await request(1, 4))).rejects.toThrow(
    /is made for 4 rows at a time, which are no whole items of 3/,
  );
});
