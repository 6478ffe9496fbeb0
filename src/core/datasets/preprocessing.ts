import { z } from "zod";

const perChannel = (what: string): z.ZodTuple<[z.ZodNumber, z.ZodNumber, z.ZodNumber], null> =>
  z.tuple([z.number(), z.number(), z.number()]).describe(what);

const pixels = z.int().min(1).max(8192);

/**
 * How an image file becomes the tensor that a backbone expects. The steps run in the order of the keys: decode, resize,
 * crop, order the channels, `x · scale`, `(x − mean) / std`, lay out.
 */
export const PreprocessingConfig = z
  .strictObject({
    size: z.tuple([pixels, pixels]).describe("Height and width of the image the backbone receives, in pixels."),
    resize: z
      .enum(["exact", "shortest-edge", "pad"])
      .default("exact")
      .describe(
        '"exact" stretches the image; "shortest-edge" keeps the aspect ratio and scales the shorter side; "pad" keeps ' +
          "the aspect ratio, fits the image inside `size` and fills the rest.",
      ),
    resizeTo: z
      .union([pixels, z.tuple([pixels, pixels])])
      .optional()
      .describe(
        "Size after resizing, from which the centre is cropped to `size`: the shorter side in pixels, or height and " +
          'width. As large as `size` by default, so that exact resizing crops nothing. With "pad", the shorter side is ' +
          "enlarged to no more than this.",
      ),
    kernel: z.enum(["nearest", "bilinear", "bicubic", "lanczos3"]).default("bicubic").describe("Interpolation kernel."),
    antialias: z
      .boolean()
      .default(true)
      .describe(
        "Widen the kernel when shrinking and round to 8 bits, as Pillow and torchvision do; false interpolates between " +
          "the nearest pixels in floating point, as OpenCV does.",
      ),
    padValue: z.number().min(0).max(255).default(0).describe('Grey level, 0 to 255, that fills the border of "pad".'),
    channelOrder: z.enum(["RGB", "BGR"]).default("RGB").describe("Order of the colour channels."),
    scale: z
      .number()
      .positive()
      .default(1 / 255)
      .describe("Factor on the 0 to 255 pixel values before normalising; 1 keeps them."),
    mean: perChannel("Mean per channel, subtracted after scaling.").default([0, 0, 0]),
    std: z
      .tuple([z.number().positive(), z.number().positive(), z.number().positive()])
      .default([1, 1, 1])
      .describe("Standard deviation per channel, divided by after the mean is subtracted."),
    layout: z
      .enum(["NCHW", "NHWC"])
      .default("NCHW")
      .describe("Axis order of the backbone's image input: batch, channels, height, width or channels last."),
  })
  .describe("Image preprocessing.");

export type PreprocessingConfig = z.infer<typeof PreprocessingConfig>;
