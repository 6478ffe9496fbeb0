import type { ImageAugmentationConfig } from "../../core/datasets/augmentation/imageAugmentation";
import { planAugmentation } from "../../core/datasets/augmentation/planAugmentation";
import type { PreprocessingConfig } from "../../core/datasets/preprocessing";
import type { Tensor } from "../../core/graph/tensor";
import { zeros } from "../../core/graph/tensor";
import type { ItemRandom } from "../../core/nn/itemRandom";
import { augmentImage } from "./augmentImage";
import { decodeImage } from "./decodeImage";
import { pixelShape, preprocessImage } from "./preprocessImage";

/** What happens to one picture, and the random numbers that choose it. */
export interface Augmentation {
  readonly config: ImageAugmentationConfig;
  readonly random: ItemRandom;
}

/**
 * One image as the backbone expects it: [3, H, W] or [H, W, 3].
 * @throws UserError when the file cannot be decoded
 */
export async function loadImage(path: string, config: PreprocessingConfig): Promise<Tensor<"float32">> {
  const image = await decodeImage(path, config);
  const pixels = zeros("float32", pixelShape(config, image));
  preprocessImage(image, config, pixels.data, 0);
  return pixels;
}

/** Like {@link loadImage}, written into `target` from element `offset` on: one row of a batch. */
export async function loadImageInto(
  path: string,
  config: PreprocessingConfig,
  target: Float32Array,
  offset: number,
  augmentation?: Augmentation,
): Promise<void> {
  const image = await decodeImage(path, config);
  const plan = augmentation ? planAugmentation(image, augmentation.config, augmentation.random) : { isFlipped: false };
  const augmented = augmentImage(image, plan, config);
  preprocessImage(augmented.image, augmented.config, target, offset);
}
