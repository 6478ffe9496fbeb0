import type { PreprocessingConfig } from "../../core/datasets/preprocessing";
import { UserError } from "../../core/errors";
import type { NamedValue } from "../../core/graph/graph";
import { pixelShape } from "../images/preprocessImage";

/** The input of an image backbone. */
export interface PixelInput {
  /** Its name. */
  readonly input: string;
  /** Of one picture, without the batch axis. */
  readonly shape: readonly number[];
}

/**
 * Checks that an image backbone reads what a preprocessing makes.
 * @param key of the preprocessing in the experiment file, for messages
 * @throws UserError when it does not
 */
export function describePixels(
  inputs: readonly NamedValue[],
  label: string,
  config: PreprocessingConfig,
  key: string,
): PixelInput {
  const [input, other] = inputs;
  if (!input || other)
    throw new UserError(
      `The image backbone "${label}" reads ${inputs.length} inputs (${inputs.map(({ name }) => `"${name}"`).join(", ")}); expected one, for the pixels.`,
    );
  if (config.canvas === "by-orientation" && !key.startsWith("joint."))
    throw new UserError(
      `"${key}" prepares lying and standing pictures differently, which only backbones of images and texts together can take; set "canvas" to "fixed".`,
    );
  const shape = pixelShape(config);
  const { name, shape: declared } = input;
  const fits = (axes: readonly (number | string)[]): boolean =>
    declared === undefined ||
    (declared.length === 4 &&
      axes.every((size, axis) => typeof declared[axis + 1] === "string" || declared[axis + 1] === size));
  if (fits(shape)) return { input: name, shape };
  const swapped = config.layout === "NCHW" ? "NHWC" : "NCHW";
  const advice = fits(pixelShape({ ...config, layout: swapped }))
    ? `set "layout" to "${swapped}"`
    : 'correct "size" and "layout"';
  throw new UserError(
    `Input "${name}" of the image backbone "${label}" is [${declared?.join(", ") ?? ""}], but "${key}" makes [batch, ${shape.join(", ")}]; ${advice}.`,
  );
}
