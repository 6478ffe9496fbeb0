import type { ImageAugmentationConfig } from "../../core/datasets/augmentation/imageAugmentation";
import type { PreprocessingConfig } from "../../core/datasets/preprocessing";
import type { NamedValue } from "../../core/graph/graph";
import { sizeOf, zeros } from "../../core/graph/tensor";
import { ItemRandom } from "../../core/nn/itemRandom";
import { loadImageInto } from "../images/loadImage";
import type { FeatureSource, SourceInputs } from "./featureSource";
import { describePixels } from "./pixelInput";

/** Raised when the way pixels are made changes, so that cached features of the old way are not used. */
const PIXELS_VERSION = 2;

export interface ImageItem {
  readonly id: string;
  /** Absolute. */
  readonly path: string;
}

/**
 * Images, decoded and preprocessed as `config` says.
 * @param augmentation what happens to them where they are drawn for training
 */
export function imageSource(
  items: readonly ImageItem[],
  config: PreprocessingConfig,
  augmentation?: ImageAugmentationConfig,
): FeatureSource {
  const item = (index: number): ImageItem => {
    const found = items[index];
    if (!found) throw new RangeError(`There is no image ${index}; there are ${items.length}.`);
    return found;
  };
  return {
    count: items.length,
    nameOf: (index) => item(index).id,
    hashOf: (index, fingerprints) => fingerprints.hashOf(item(index).path),
    describeInputs: (inputs, label) =>
      describeInputs(inputs, label, { config, augmentation, pathOf: (index) => item(index).path }),
  };
}

interface ImageReading {
  readonly config: PreprocessingConfig;
  readonly augmentation: ImageAugmentationConfig | undefined;
  readonly pathOf: (index: number) => string;
}

function describeInputs(
  inputs: readonly NamedValue[],
  label: string,
  { config, augmentation, pathOf }: ImageReading,
): SourceInputs {
  const { input, shape } = describePixels(inputs, label, config, "image.backbone.preprocessing");
  return {
    settings: { kind: "image", version: PIXELS_VERSION, ...config },
    shapes: (batchSize) => ({ [input]: [batchSize, ...shape] }),
    types: { [input]: "float32" },
    makeBatch(batchSize) {
      const pixels = zeros("float32", [batchSize, ...shape]);
      return {
        feeds: { [input]: pixels },
        write: (row, index, draw) =>
          loadImageInto(
            pathOf(index),
            config,
            pixels.data,
            row * sizeOf(shape),
            draw && augmentation && { config: augmentation, random: new ItemRandom(draw, `image/${row}`) },
          ),
      };
    },
  };
}
