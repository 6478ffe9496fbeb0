import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { PreprocessingConfig } from "../../../src/core/datasets/preprocessing";
import type { Graph } from "../../../src/core/graph/graph";
import { numbersOf, type Tensor } from "../../../src/core/graph/tensor";
import { encodeModel } from "../../../src/core/onnx/encodeModel";
import { extractFeatures } from "../../../src/engine/features/extractFeatures";
import { describeSource, type ExtractionRequest, planTaps } from "../../../src/engine/features/extractionPlan";
import { FeatureCache } from "../../../src/engine/features/featureCache";
import type { FeatureStore } from "../../../src/engine/features/featureStore";
import { jointSource } from "../../../src/engine/features/jointSource";
import { readModelFile } from "../../../src/engine/models/readModelFile";
import { OrtExecutor } from "../../../src/engine/ort/ortExecutor";
import { TextTokenizer } from "../../../src/engine/texts/textTokenizer";
import { jointBackbone, type JointBackboneSize } from "../../support/jointBackbone";
import { wordPiece } from "../texts/tokenizers";

let folder: string;
let store: FeatureStore | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "joint-"));
});
afterEach(async () => {
  await store?.close();
  store = undefined;
  rmSync(folder, { recursive: true });
});

const size: JointBackboneSize = { canvas: [8, 16], tokens: 6, words: 10, width: 4, stride: 4 };
const taps = ["joint.0", "joint.1"];
const preprocessing = PreprocessingConfig.parse({ size: [8, 16], resize: "pad", padPosition: "end" });

/** Width and height of each picture, and its text. */
type Picture = readonly [width: number, height: number, text: string];

async function request(
  pictures: readonly Picture[],
  options: { readonly graph?: Graph; readonly config?: PreprocessingConfig; readonly isImageFirst?: boolean } = {},
): Promise<ExtractionRequest> {
  const path = join(folder, "joint.onnx");
  writeFileSync(path, encodeModel(options.graph ?? jointBackbone(size)));
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(wordPiece));
  const tokenizer = await TextTokenizer.load(join(folder, "tokenizer.json"), { maxTokens: 6, specialTokens: true });
  const items = await Promise.all(
    pictures.map(async ([width, height, text], index) => {
      const imagePath = join(folder, `${index}.png`);
      const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (index * 50 + i * 7) % 256);
      await sharp(pixels, { raw: { width, height, channels: 3 } }).toFile(imagePath);
      return { id: `question ${index}`, imagePath, text };
    }),
  );
  const { graph } = await readModelFile(path);
  const sequence = options.isImageFirst ? "image-text" : "text-image";
  return {
    backbone: { path, graph },
    taps,
    source: jointSource(items, { preprocessing: options.config ?? preprocessing, tokenizer, sequence }),
    dtype: "float32",
    executor: new OrtExecutor({ threads: 1 }),
    cache: new FeatureCache(join(folder, "cache")),
    batchSize: 2,
  };
}

async function extract(wanted: ExtractionRequest): Promise<FeatureStore> {
  const extraction = extractFeatures(wanted);
  for (let step = await extraction.next(); ; step = await extraction.next()) {
    if (!step.done) continue;
    store = step.value.store;
    expect(step.value.failures).toEqual([]);
    return step.value.store;
  }
}

/** What the backbone gives for one item alone, fed by hand with the batch that the source makes. */
async function alone(wanted: ExtractionRequest, index: number, isTurned: boolean): Promise<Tensor[]> {
  const plan = planTaps({ ...wanted, batchSize: 1 });
  const batch = isTurned ? plan.inputs.turned?.makeBatch(1) : plan.inputs.makeBatch(1);
  const tapGraph = isTurned ? plan.turned : plan.tapGraph;
  if (!batch || !tapGraph) throw new Error("There is no such shape.");
  await batch.write(0, index);
  const program = await wanted.executor.prepare(tapGraph.graph);
  const outputs = await program.run(batch.feeds);
  await program.dispose();
  return tapGraph.taps.map(({ output }) => outputs[output] as Tensor);
}

const masks = async (wanted: ExtractionRequest, index: number): Promise<number[]> => {
  const batch = describeSource(wanted.source, wanted.backbone, taps).makeBatch(1);
  await batch.write(0, index);
  return [...(batch.maskOf?.(0) ?? [])];
};

const ones = (count: number): number[] => Array<number>(count).fill(1);

describe("jointSource", () => {
  test("feeds pixels and tokens and counts the tokens of the joint sequence", async () => {
    const wanted = await request([[16, 8, "a cat"]]);
    const { inputs, tapGraph } = planTaps(wanted);
    expect(inputs.shapes(2)).toEqual({ pixel_values: [2, 3, 8, 16], input_ids: [2, 6], attention_mask: [2, 6] });
    expect(tapGraph.taps.map(({ shape }) => shape)).toEqual([
      [14, 4],
      [14, 4],
    ]);
    expect(inputs.mask?.length).toBe(14);
    const batch = inputs.makeBatch(2);
    await batch.write(1, 0);
    expect(numbersOf(batch.feeds["input_ids"] as Tensor).slice(6)).toEqual([2, 4, 5, 3, 0, 0]);
  });

  test("masks the padding of the text, before the image or after it", async () => {
    const text = await request([[16, 8, "a cat"]]);
    expect(await masks(text, 0)).toEqual([1, 1, 1, 1, 0, 0, ...ones(8)]);
    const image = await request([[16, 8, "a cat"]], { isImageFirst: true });
    expect(await masks(image, 0)).toEqual([...ones(8), 1, 1, 1, 1, 0, 0]);
  });

  test("leaves a padded border valid unless the model reads a pixel mask", async () => {
    expect((await masks(await request([[4, 4, "a"]]), 0)).slice(6)).toEqual(ones(8));
    const wanted = await request([[4, 4, "a"]], { graph: jointBackbone({ ...size, hasPixelMask: true }) });
    const { inputs } = planTaps(wanted);
    const batch = inputs.makeBatch(1);
    await batch.write(0, 0);
    // The picture is enlarged to 8 × 8, at the left of the canvas.
    const row = [...ones(8), ...Array<number>(8).fill(0)];
    expect(numbersOf(batch.feeds["pixel_mask"] as Tensor)).toEqual(Array.from({ length: 8 }, () => row).flat());
    expect([...(batch.maskOf?.(0) ?? [])].slice(6)).toEqual([1, 1, 0, 0, 1, 1, 0, 0]);
  });

  test("runs lying and standing pictures on canvases of their own", async () => {
    const config = PreprocessingConfig.parse({ size: [8, 16], canvas: "by-orientation", resize: "pad" });
    const pictures: Picture[] = [
      [12, 6, "a cat"],
      [6, 12, "a cat"],
      [16, 8, "sit"],
      [5, 9, "cats"],
      [10, 10, "a"],
    ];
    const wanted = await request(pictures, { config });
    const { taps: features } = await (
      await extract(wanted)
    ).readBatch([0, 1, 2, 3, 4], { taps: [0, 1], withMask: true });
    for (const [index, [width, height]] of pictures.entries()) {
      const expected = await alone(wanted, index, height > width);
      for (const [at, tensor] of expected.entries()) {
        const values = numbersOf(features[at] as Tensor).slice(index * 14 * 4, (index + 1) * 14 * 4);
        for (const [i, value] of numbersOf(tensor).entries()) expect(values[i]).toBeCloseTo(value, 5);
      }
    }
  });

  test("knows equal questions about equal images, and tells others apart", async () => {
    const { source, cache } = await request([
      [8, 8, "a cat"],
      [8, 8, "sit"],
    ]);
    const fingerprints = await cache.fingerprints();
    const hashes = await Promise.all([0, 0, 1].map((index) => source.hashOf(index, fingerprints)));
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[0]).not.toBe(hashes[2]);
  });

  test("says which inputs a joint backbone needs, and which hidden states", async () => {
    const wanted = await request([[8, 8, "a"]]);
    const { inputs } = wanted.backbone.graph;
    const describeOnly = (names: readonly string[]) => () =>
      wanted.source.describeInputs(
        inputs.filter(({ name }) => names.includes(name)),
        "m.onnx",
        () => 14,
      );
    expect(describeOnly(["input_ids"])).toThrow(/has the inputs "input_ids"; expected one of four axes for the pixels/);
    expect(describeOnly(["pixel_values", "attention_mask"])).toThrow(/expected one for token ids/);
    expect(() => planTaps({ ...wanted, taps: ["scores", "joint.1"] })).toThrow(
      /"scores".* is \[batch, 4\], not \[batch, tokens/,
    );
  });
});
