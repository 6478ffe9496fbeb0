import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import { ImageAugmentationConfig } from "../../../src/core/datasets/augmentation/imageAugmentation";
import { PreprocessingConfig } from "../../../src/core/datasets/preprocessing";
import { numbersOf, type Tensor } from "../../../src/core/graph/tensor";
import { imageSource } from "../../../src/engine/features/imageSource";
import { augmentImage } from "../../../src/engine/images/augmentImage";
import type { RgbImage } from "../../../src/engine/images/decodeImage";

const config = PreprocessingConfig.parse({ size: [4, 4], scale: 1 });
/** Every pixel tells where it is: red the column, green the row. */
const image = (width: number, height: number): RgbImage => ({
  width,
  height,
  pixels: Uint8Array.from({ length: width * height }, (_, at) => at).reduce(
    (pixels, _, at) => (pixels.set([at % width, Math.floor(at / width), 7], at * 3), pixels),
    new Uint8Array(width * height * 3),
  ),
});

test("cuts a part out and mirrors it", () => {
  const region = { left: 3, top: 2, width: 2, height: 3 };
  const plain = augmentImage(image(8, 6), { region, isFlipped: false }, config).image;
  expect([...plain.pixels]).toEqual([3, 2, 7, 4, 2, 7, 3, 3, 7, 4, 3, 7, 3, 4, 7, 4, 4, 7]);
  const mirrored = augmentImage(image(8, 6), { region, isFlipped: true }, config);
  expect([...mirrored.image.pixels.slice(0, 6)]).toEqual([4, 2, 7, 3, 2, 7]);
  expect(mirrored.config).toBe(config);
});

test("resizes before cropping and hands the last size to the preprocessing", () => {
  const plan = {
    resized: { width: 4, height: 3 },
    region: { left: 1, top: 0, width: 2, height: 2 },
    isFlipped: false,
    resizeTo: 9,
  };
  const bilinear = PreprocessingConfig.parse({ size: [4, 4], kernel: "bilinear" });
  const { image: part, config: left } = augmentImage(image(8, 6), plan, bilinear);
  expect([part.width, part.height]).toEqual([2, 2]);
  // Columns 2 and 3 of 8, widened: (1·1 + 2·3 + 3·3 + 4·1) / 8 = 2.5, rounded up
  expect(part.pixels[0]).toBe(3);
  expect(left.resizeTo).toBe(9);
});

test("a source augments what is drawn for training, each row of a batch in its own way, and nothing else", async () => {
  const folder = mkdtempSync(join(tmpdir(), "augment-"));
  const { width, height, pixels } = image(32, 24);
  await sharp(pixels, { raw: { width, height, channels: 3 } }).toFile(join(folder, "0.png"));
  const crop = ImageAugmentationConfig.parse({ name: "random-crop" });
  const source = imageSource([{ id: "0", path: join(folder, "0.png") }], config, crop);
  const batch = source
    .describeInputs([{ name: "pixels", dtype: "float32", shape: undefined }], "m.onnx", () => 0)
    .makeBatch(2);
  const written = async (step?: number): Promise<number[]> => {
    const draw = step === undefined ? undefined : { seed: 1, step };
    await Promise.all([batch.write(0, 0, draw), batch.write(1, 0, draw)]);
    return numbersOf(batch.feeds["pixels"] as Tensor);
  };
  const plain = await written();
  expect(plain.slice(0, 48)).toEqual(plain.slice(48));
  const drawn = await written(3);
  expect(drawn.slice(0, 48)).not.toEqual(plain.slice(0, 48));
  expect(drawn.slice(48)).not.toEqual(drawn.slice(0, 48));
  expect(await written(4)).not.toEqual(drawn);
  expect(await written(3)).toEqual(drawn);
  expect(await written()).toEqual(plain);
  rmSync(folder, { recursive: true });
});
