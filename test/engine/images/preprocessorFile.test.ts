import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { readPreprocessorFile } from "../../../src/engine/images/preprocessorFile";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "preprocessor-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function write(content: unknown): string {
  const path = join(folder, "preprocessor_config.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const clipMean = [0.48145466, 0.4578275, 0.40821073];
const clipStd = [0.26862954, 0.26130258, 0.27577711];
const imageNetMean = [0.485, 0.456, 0.406];
const imageNetStd = [0.229, 0.224, 0.225];

describe("readPreprocessorFile", () => {
  test.each([
    [
      "CLIP",
      {
        crop_size: { height: 224, width: 224 },
        do_center_crop: true,
        do_convert_rgb: true,
        do_normalize: true,
        do_rescale: true,
        do_resize: true,
        image_mean: clipMean,
        image_processor_type: "CLIPImageProcessor",
        image_std: clipStd,
        resample: 3,
        rescale_factor: 0.00392156862745098,
        size: { shortest_edge: 224 },
      },
      {
        size: [224, 224],
        resize: "shortest-edge",
        resizeTo: 224,
        kernel: "bicubic",
        scale: 0.00392156862745098,
        mean: clipMean,
        std: clipStd,
      },
    ],
    [
      "CLIP, older form",
      {
        crop_size: 224,
        do_center_crop: true,
        feature_extractor_type: "CLIPFeatureExtractor",
        do_normalize: true,
        image_mean: clipMean,
        image_std: clipStd,
        resample: 3,
        size: 224,
      },
      { size: [224, 224], resize: "shortest-edge", resizeTo: 224, kernel: "bicubic", scale: 1 / 255, mean: clipMean },
    ],
    [
      "ViT",
      {
        do_normalize: true,
        do_rescale: true,
        do_resize: true,
        image_mean: [0.5, 0.5, 0.5],
        image_std: [0.5, 0.5, 0.5],
        resample: 2,
        size: { height: 224, width: 224 },
      },
      { size: [224, 224], resize: "exact", kernel: "bilinear", mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
    ],
    [
      "ViT, older form",
      {
        feature_extractor_type: "ViTFeatureExtractor",
        do_normalize: true,
        image_mean: 0.5,
        image_std: 0.5,
        resample: 2,
        size: 384,
      },
      { size: [384, 384], resize: "exact", kernel: "bilinear", mean: [0.5, 0.5, 0.5] },
    ],
    [
      "BLIP",
      {
        image_processor_type: "BlipImageProcessor",
        do_normalize: true,
        image_mean: clipMean,
        image_std: clipStd,
        resample: 3,
        size: { height: 384, width: 384 },
        size_divisor: null,
      },
      { size: [384, 384], resize: "exact", kernel: "bicubic" },
    ],
    [
      "BEiT: square, then its centre",
      {
        do_center_crop: true,
        crop_size: { height: 224, width: 224 },
        size: { height: 256, width: 256 },
        do_normalize: false,
        resample: 2,
      },
      { size: [224, 224], resize: "exact", resizeTo: [256, 256], mean: [0, 0, 0], std: [1, 1, 1] },
    ],
    [
      "ConvNext, small",
      {
        image_processor_type: "ConvNextImageProcessor",
        crop_pct: 0.875,
        size: { shortest_edge: 224 },
        image_mean: imageNetMean,
        image_std: imageNetStd,
        resample: 3,
      },
      { size: [224, 224], resize: "shortest-edge", resizeTo: 256, mean: imageNetMean },
    ],
    [
      "ConvNext, large",
      {
        feature_extractor_type: "ConvNextFeatureExtractor",
        crop_pct: 0.875,
        size: 384,
        image_mean: imageNetMean,
        image_std: imageNetStd,
        resample: 3,
      },
      { size: [384, 384], resize: "exact" },
    ],
    [
      "DETR",
      {
        image_processor_type: "DetrImageProcessor",
        do_pad: true,
        size: { shortest_edge: 800, longest_edge: 1333 },
        image_mean: imageNetMean,
        image_std: imageNetStd,
        resample: 2,
      },
      { size: [1333, 1333], resize: "pad", resizeTo: 800 },
    ],
    [
      "MobileViT: blue first, not normalised",
      {
        do_center_crop: true,
        crop_size: { height: 256, width: 256 },
        do_flip_channel_order: true,
        size: { shortest_edge: 288 },
        resample: 3,
      },
      { size: [256, 256], resize: "shortest-edge", resizeTo: 288, channelOrder: "BGR", mean: [0, 0, 0] },
    ],
    [
      "no rescaling",
      { do_rescale: false, size: { height: 8, width: 8 }, resample: 0 },
      { scale: 1, kernel: "nearest" },
    ],
  ])("%s", async (_, file, expected) => {
    expect(await readPreprocessorFile(write(file))).toMatchObject(expected);
  });

  test.each([
    [
      "a kernel that Pillow's number 4 stands for",
      { size: { height: 8, width: 8 }, resample: 4 },
      /asks for resampling kernel 4; set "image\.backbone\.preprocessing" instead/,
    ],
    ["images of any size", { size: { shortest_edge: 224 } }, /gives every image a size of its own/],
    ["normalising by nothing", { size: 8, do_normalize: true }, /names no image_mean and image_std/],
    ["another kind of file", { size: "large" }, /"size" is not as in a preprocessor_config\.json/],
    ["no JSON", "{", /is not valid JSON/],
  ])("refuses %s", async (_, file, message) => {
    await expect(readPreprocessorFile(write(file))).rejects.toThrow(message);
  });

  test("names a missing file", async () => {
    await expect(readPreprocessorFile(join(folder, "none.json"))).rejects.toThrow(
      /none\.json" cannot be read; correct "image\.backbone\.preprocessor"/,
    );
  });
});
