import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FramesConfig } from "../../../src/core/datasets/framesConfig";
import { PreprocessingConfig } from "../../../src/core/datasets/preprocessing";
import { interpret } from "../../../src/core/graph/interpret";
import { numbersOf, tensor } from "../../../src/core/graph/tensor";
import { extractFeatures } from "../../../src/engine/features/extractFeatures";
import { FeatureCache } from "../../../src/engine/features/featureCache";
import { videoSource } from "../../../src/engine/features/videoSource";
import { readModelFile } from "../../../src/engine/models/readModelFile";
import { OrtExecutor } from "../../../src/engine/ort/ortExecutor";
import { hasFfmpeg, makeNumberedVideo } from "../../support/ffmpeg";
import { imageBackbone, writeModel } from "./backbones";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "video-source-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const config = {
  frames: FramesConfig.parse({ count: 3 }),
  preprocessing: PreprocessingConfig.parse({ size: [4, 4], scale: 1 / 255 }),
};

/** stage1 of the frame of this number: red is its number, green 0, blue full. */
function stage1(frame: number): number[] {
  const planes = [frame / 255, 0, 1].flatMap((value) => Array<number>(16).fill(value));
  return numbersOf(interpret(imageBackbone(), { pixels: tensor("float32", [1, 3, 4, 4], planes) })["stage1"]!);
}

describe.skipIf(!hasFfmpeg)("videoSource", () => {
  test("extracts the hidden states of sampled frames, with a mask; broken videos are told", async () => {
    const path = writeModel(join(folder, "image.onnx"), imageBackbone(), ["batch"]);
    writeFileSync(join(folder, "broken.mkv"), "no video");
    const items = [
      { id: "long", path: makeNumberedVideo(join(folder, "long.mkv"), 45, 10) },
      { id: "broken", path: join(folder, "broken.mkv") },
      { id: "short", path: makeNumberedVideo(join(folder, "short.mkv"), 15, 10) },
    ];
    const extraction = extractFeatures({
      backbone: { path, graph: (await readModelFile(path)).graph },
      taps: ["stage1"],
      source: videoSource(items, config),
      dtype: "float32",
      cache: new FeatureCache(join(folder, "cache")),
      executor: new OrtExecutor({ threads: 1 }),
    });
    let step = await extraction.next();
    while (!step.done) step = await extraction.next();
    const { store, failures } = step.value;
    expect(failures).toMatchObject([{ index: 1, message: expect.stringContaining("broken.mkv") as string }]);
    const { taps, mask } = await store.readBatch([0, 2]);
    expect(taps[0]?.shape).toEqual([2, 3, 3, 1, 1]);
    expect(numbersOf(mask!)).toEqual([1, 1, 1, 1, 1, 0]);
    // Frames 0, 10, 20, 30, 40, of which a grid of three takes 0, 20 and 40; frames 0 and 10, and one that is filled up.
    const values = numbersOf(taps[0]!);
    for (const [row, frame] of [0, 20, 40, 0, 10].entries())
      for (const [i, value] of stage1(frame).entries()) expect(values[row * 3 + i]).toBeCloseTo(value, 5);
    await store.close();
  });

  test("says what the preprocessing makes and the backbone reads", async () => {
    const path = writeModel(join(folder, "fixed.onnx"), imageBackbone(), []);
    const { graph } = await readModelFile(path);
    const preprocessing = { ...config.preprocessing, size: [8, 4] as [number, number] };
    const source = videoSource([], { ...config, preprocessing });
    expect(() => source.describeInputs(graph.inputs, "fixed.onnx", () => 1)).toThrow(
      /"video\.backbone\.preprocessing" makes \[batch, 3, 8, 4\]; correct "size"/,
    );
  });
});
