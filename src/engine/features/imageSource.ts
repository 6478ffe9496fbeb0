import type { PreprocessingConfig } from "../../core/datasets/preprocessing";
import { UserError } from "../../core/errors";
import type { NamedValue } from "../../core/graph/graph";
import { sizeOf, zeros } from "../../core/graph/tensor";
import { loadImageInto } from "../images/loadImage";
import { pixelShape } from "../images/preprocessImage";
import type { FeatureSource, SourceInputs } from "./featureSource";

/** Raised when the way pixels are made changes, so that cached features of the old way are not used. */
const PIXELS_VERSION = 2;

export interface ImageItem {
  readonly id: string;
  /** Absolute. */
  readonly path: string;
}

/** Images, decoded and preprocessed as `config` says. */
export function imageSource(items: readonly ImageItem[], config: PreprocessingConfig): FeatureSource {
  const item = (index: number): ImageItem => {
    const found = items[index];
    if (!found) throw new RangeError(`There is no image ${index}; there are ${items.length}.`);
    return found;
  };
  return {
    count: items.length,
    nameOf: (index) => item(index).id,
    hashOf: (index, fingerprints) => fingerprints.hashOf(item(index).path),
    describeInputs: (inputs, label) => describeInputs(inputs, label, config, (index) => item(index).path),
  };
}

function describeInputs(
  inputs: readonly NamedValue[],
  label: string,
  config: PreprocessingConfig,
  pathOf: (index: number) => string,
): SourceInputs {
  const [input, other] = inputs;
  if (!input || other)
    throw new UserError(
      `The image backbone "${label}" reads ${inputs.length} inputs (${inputs.map(({ name }) => `"${name}"`).join(", ")}); expected one, for the pixels.`,
    );
  const shape = pixelShape(config);
  checkShape(input, shape, config, label);
  return {
    settings: { kind: "image", version: PIXELS_VERSION, ...config },
    shapes: (batchSize) => ({ [input.name]: [batchSize, ...shape] }),
    types: { [input.name]: "float32" },
    makeBatch(batchSize) {
      const pixels = zeros("float32", [batchSize, ...shape]);
      return {
        feeds: { [input.name]: pixels },
        write: (row, index) => loadImageInto(pathOf(index), config, pixels.data, row * sizeOf(shape)),
      };
    },
  };
}

function checkShape(
  { name, shape: declared }: NamedValue,
  shape: readonly number[],
  config: PreprocessingConfig,
  label: string,
): void {
  if (!declared) return;
  const fits = (axes: readonly (number | string)[]): boolean =>
    declared.length === 4 &&
    axes.every((size, axis) => typeof declared[axis + 1] === "string" || declared[axis + 1] === size);
  if (fits(shape)) return;
  const swapped = config.layout === "NCHW" ? "NHWC" : "NCHW";
  const advice = fits(pixelShape({ ...config, layout: swapped }))
    ? `set "layout" to "${swapped}"`
    : 'correct "size" and "layout"';
  throw new UserError(
    `Input "${name}" of the image backbone "${label}" is [${declared.join(", ")}], but "image.backbone.preprocessing" makes [batch, ${shape.join(", ")}]; ${advice}.`,
  );
}
