import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { PreprocessingConfig } from "../../../core/datasets/preprocessing";
import { sizeOf } from "../../../core/graph/tensor";
import { decodeImage } from "../../images/decodeImage";
import { pixelShape, preprocessImage, resizedTo } from "../../images/preprocessImage";
import type { GoldenResult } from "../golden/comparison";
import { displacement } from "./displacement";

/** 8 bits before normalisation, as the pictures are stored. */
const unnormalized = { scale: 1, mean: [0, 0, 0], std: [1, 1, 1], layout: "NHWC" } as const;

/** The published pipelines by the name that stands between photo and `.png`. */
const pipelines: Readonly<Record<string, { readonly config: object; readonly isPadded: boolean }>> = {
  "clip-bicubic-224": { config: { preset: "clip4clip" }, isPadded: true },
  "vse-bilinear-512": { config: { preset: "vse-infinity" }, isPadded: true },
  "clipvil-bilinear-pad": { config: { preset: "clip-vil" }, isPadded: true },
  // Half of the published size, and the picture alone.
  "mdetr-bilinear-400": { config: { preset: "mdetr", size: [666, 666], resizeTo: 400 }, isPadded: false },
};

/** Mean difference of one level in 255, as a share of the whole range. */
const TOLERANCE = 1 / 255;

/** Pixels that the whole picture may be displaced: what rounding and another JPEG decoder explain. */
const MAX_DISPLACEMENT = 0.05;

/**
 * Preprocesses a photo and compares it with what a published pipeline made of it (`<photo>.<pipeline>.png`). The difference
 * is the mean over pixels and channels, as a share of the range; that it does not come from a displacement is checked too.
 *
 * @param photos folder that holds the photo
 */
export async function checkPreprocessing(picture: string, photos: string | undefined): Promise<GoldenResult> {
  const [, stem = "", pipelineName = ""] = /^(.*)\.([^.]+)\.png$/.exec(basename(picture)) ?? [];
  const pipeline = Object.hasOwn(pipelines, pipelineName) ? pipelines[pipelineName] : undefined;
  if (!pipeline)
    throw new Error(`expected <photo>.<pipeline>.png with one of the pipelines ${Object.keys(pipelines).join(", ")}`);
  if (photos === undefined) throw new Error("give the folder of the photos with --images");
  const photo = (await readdir(photos)).find((name) => name.startsWith(`${stem}.`));
  if (photo === undefined) throw new Error(`there is no photo "${stem}.*" in "${photos}"`);

  const expected = await decodeImage(picture);
  const preset = PreprocessingConfig.parse({ ...pipeline.config, ...unnormalized });
  const image = await decodeImage(join(photos, photo), preset);
  const config = pipeline.isPadded
    ? preset
    : PreprocessingConfig.parse({ ...preset, size: resizedTo(image, preset), resize: "exact", resizeTo: undefined });
  const shape = pixelShape(config, image);
  if (shape.join() !== [expected.height, expected.width, 3].join())
    throw new Error(
      `it is ${shape[1] ?? 0} × ${shape[0] ?? 0} pixels, expected ${expected.width} × ${expected.height}`,
    );
  const actual = new Float32Array(sizeOf(shape));
  preprocessImage(image, config, actual, 0);
  // Pipelines in floating point are stored rounded.
  for (const [at, value] of actual.entries()) actual[at] = Math.round(value);
  const total = actual.reduce((sum, value, at) => sum + Math.abs(value - (expected.pixels[at] ?? 0)), 0);
  const mean = total / actual.length / 255;
  const moved = displacement(actual, expected);
  return {
    maxDifference: mean,
    tolerance: TOLERANCE,
    passed: mean <= TOLERANCE && moved <= MAX_DISPLACEMENT,
    detail: `displaced by ${moved.toFixed(4)} of ${MAX_DISPLACEMENT} pixels`,
  };
}
