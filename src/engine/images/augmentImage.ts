import type { AugmentationPlan, Region } from "../../core/datasets/augmentation/planAugmentation";
import type { PreprocessingConfig } from "../../core/datasets/preprocessing";
import type { RgbImage } from "./decodeImage";
import { resample } from "./resample";

/** An augmented picture, and how it is preprocessed. */
export interface AugmentedImage {
  readonly image: RgbImage;
  readonly config: PreprocessingConfig;
}

/** Does to a picture what a plan says; what is left to do then is the preprocessing, with a shorter side of the plan's. */
export function augmentImage(image: RgbImage, plan: AugmentationPlan, config: PreprocessingConfig): AugmentedImage {
  const { resized, region, isFlipped, resizeTo } = plan;
  const first = resized
    ? toBytes(resample(image, resized.width, resized.height, config.kernel, config.antialias))
    : image;
  const part = region ? cropped(first, region) : first;
  return {
    image: isFlipped ? mirrored(part) : part,
    config: resizeTo === undefined ? config : { ...config, resizeTo },
  };
}

function toBytes({ width, height, pixels }: ReturnType<typeof resample>): RgbImage {
  return { width, height, pixels: pixels instanceof Uint8Array ? pixels : Uint8Array.from(pixels, Math.round) };
}

function cropped({ width, pixels }: RgbImage, { left, top, ...size }: Region): RgbImage {
  const part = new Uint8Array(size.width * size.height * 3);
  for (let row = 0; row < size.height; row++) {
    const start = ((top + row) * width + left) * 3;
    part.set(pixels.subarray(start, start + size.width * 3), row * size.width * 3);
  }
  return { ...size, pixels: part };
}

function mirrored({ width, height, pixels }: RgbImage): RgbImage {
  const turned = new Uint8Array(pixels.length);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = (row * width + column) * 3;
      turned.set(pixels.subarray(from, from + 3), (row * width + width - 1 - column) * 3);
    }
  }
  return { width, height, pixels: turned };
}
