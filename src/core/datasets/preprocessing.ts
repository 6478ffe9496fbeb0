import { z } from "zod";
import { preprocessingPresets } from "./preprocessingPresets";

const triple = z.tuple([z.number(), z.number(), z.number()]);
const pixels = z.int().min(1).max(8192);

/** What holds where neither the experiment nor a preset says otherwise. */
const defaults = {
  canvas: "fixed",
  resize: "exact",
  kernel: "bicubic",
  antialias: true,
  padValue: 0,
  padPosition: "center",
  orientation: "upright",
  channelOrder: "RGB",
  scale: 1 / 255,
  mean: [0, 0, 0],
  std: [1, 1, 1],
  layout: "NCHW",
} as const;

const explained = <Schema extends z.ZodType>(schema: Schema, key: keyof typeof defaults, description: string): Schema =>
  schema.meta({ description, default: defaults[key] });

const PreprocessingOptions = z.strictObject({
  size: z.tuple([pixels, pixels]).describe("Height and width of the image the backbone receives, in pixels."),
  canvas: explained(
    z.enum(["fixed", "by-orientation"]),
    "canvas",
    '"by-orientation" swaps the height and width of `size` for pictures that are higher than wide; a batch then holds ' +
      "pictures of one orientation.",
  ),
  resize: explained(
    z.enum(["exact", "shortest-edge", "pad"]),
    "resize",
    '"exact" stretches the image; "shortest-edge" keeps the aspect ratio and scales the shorter side; "pad" keeps ' +
      "the aspect ratio, fits the image inside `size` and fills the rest.",
  ),
  resizeTo: z
    .union([pixels, z.tuple([pixels, pixels])])
    .optional()
    .describe(
      "Size after resizing, from which the centre is cropped to `size`: the shorter side in pixels, or height and " +
        'width. As large as `size` by default, so that exact resizing crops nothing. With "pad", the shorter side is ' +
        "enlarged to no more than this, and the longer one to no more than fits.",
    ),
  kernel: explained(z.enum(["nearest", "bilinear", "bicubic", "lanczos3"]), "kernel", "Interpolation kernel."),
  antialias: explained(
    z.boolean(),
    "antialias",
    "Widen the kernel when shrinking and round to 8 bits, as Pillow and torchvision do; false interpolates between " +
      "the nearest pixels in floating point, as OpenCV does.",
  ),
  padValue: explained(
    z.union([z.number().min(0).max(255), z.literal("mean")]),
    "padValue",
    'Grey level, 0 to 255, that fills the border of "pad", or "mean": the colour that normalises to 0.',
  ),
  padPosition: explained(
    z.enum(["center", "end"]),
    "padPosition",
    'Where "pad" leaves the rest: all around, of an odd rest more on the left and top, or only on the right and bottom.',
  ),
  orientation: explained(
    z.enum(["upright", "as-stored"]),
    "orientation",
    "Whether photos are turned as their EXIF orientation says. The published pipelines take them as stored.",
  ),
  channelOrder: explained(z.enum(["RGB", "BGR"]), "channelOrder", "Order of the colour channels."),
  scale: explained(
    z.number().positive(),
    "scale",
    "Factor on the 0 to 255 pixel values before normalising; 1 keeps them.",
  ),
  mean: explained(triple, "mean", "Mean per channel, subtracted after scaling."),
  std: explained(
    z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]),
    "std",
    "Standard deviation per channel, divided by after the mean is subtracted.",
  ),
  layout: explained(
    z.enum(["NCHW", "NHWC"]),
    "layout",
    "Axis order of the backbone's image input: batch, channels, height, width or channels last.",
  ),
});

/**
 * How an image file becomes the tensor that a backbone expects, no choice left open. The steps run in this order: decode,
 * turn upright, resize, crop, order the channels, `x · scale`, `(x − mean) / std`, pad, lay out.
 */
export type PreprocessingConfig = z.infer<typeof PreprocessingOptions>;

export const preprocessingPresetNames = ["clip4clip", "vse-infinity", "clip-vil", "mdetr"] as const;
export type PreprocessingPresetName = (typeof preprocessingPresetNames)[number];

/** What an experiment file says: a published preset, and the settings in which it differs from it; or all of its own. */
export const PreprocessingConfig = PreprocessingOptions.partial()
  .extend({
    preset: z.enum(preprocessingPresetNames).optional().describe("Published preprocessing to start from."),
  })
  .superRefine(({ preset, size }, context) => {
    if (preset === undefined && size === undefined)
      context.addIssue({
        code: "custom",
        path: ["size"],
        message: 'height and width in pixels, or a "preset" that has them',
      });
  })
  .transform(({ preset, ...given }): PreprocessingConfig => {
    const base = preset === undefined ? {} : preprocessingPresets[preset];
    const chosen = Object.entries(given).filter(([, value]) => value !== undefined);
    // One of the two has a size, as was checked above.
    return { ...defaultsOf(), ...base, ...(Object.fromEntries(chosen) as typeof given) } as PreprocessingConfig;
  })
  .describe("Image preprocessing.");

function defaultsOf(): Omit<PreprocessingConfig, "size"> {
  return { ...defaults, mean: [...defaults.mean], std: [...defaults.std] };
}
