import { readFile } from "node:fs/promises";

import { z } from "zod";

import { PreprocessingConfig } from "../../core/datasets/preprocessing";
import { UserError } from "../../core/errors";

const pixels = z.number().int().positive();
const size = z.union([pixels, z.record(z.string(), z.number())]);
const perChannel = z.union([z.number(), z.tuple([z.number(), z.number(), z.number()])]);

/** The keys of a Hugging Face preprocessor_config.json that decide about pixels. */
const PreprocessorFile = z.looseObject({
  image_processor_type: z.string().optional(),
  feature_extractor_type: z.string().optional(),
  do_resize: z.boolean().optional(),
  size: size.optional(),
  crop_pct: z.number().positive().optional(),
  resample: z.number().int().optional(),
  do_center_crop: z.boolean().optional(),
  crop_size: size.optional(),
  do_rescale: z.boolean().optional(),
  rescale_factor: z.number().positive().optional(),
  do_normalize: z.boolean().optional(),
  image_mean: perChannel.optional(),
  image_std: perChannel.optional(),
  do_flip_channel_order: z.boolean().optional(),
});

type PreprocessorFile = z.infer<typeof PreprocessorFile>;

/** Pillow's numbers for resampling kernels. */
const kernels: Readonly<Record<number, PreprocessingConfig["kernel"]>> = {
  0: "nearest",
  1: "lanczos3",
  2: "bilinear",
  3: "bicubic",
};

/** Families whose plain `"size": 224` means the shorter side; for all others it means a square. */
const shorterSideFamilies =
  /^(Chinese)?CLIP|^ConvNext|^ConvNeXT|^Detr|^DETR|^Yolos|^Levit|^MobileNet|^MobileViT|^PoolFormer|^Bit/;

/**
 * Reads the `preprocessor_config.json` published with a backbone.
 * @throws UserError when it is missing, or asks for something that cannot be done in the same way
 */
export async function readPreprocessorFile(path: string): Promise<PreprocessingConfig> {
  const content = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new UserError(`The preprocessor "${path}" cannot be read; correct "image.backbone.preprocessor".`, { cause });
  });
  let parsed: unknown;
  try {
    // Settings that are null count as absent.
    parsed = JSON.parse(content, (_, value: unknown) => (value === null ? undefined : value));
  } catch (cause) {
    throw new UserError(`"${path}" is not valid JSON (${(cause as Error).message}); copy the file again.`, { cause });
  }
  const file = PreprocessorFile.safeParse(parsed);
  const [issue] = file.error?.issues ?? [];
  if (!file.success)
    throw new UserError(
      `"${path}": "${issue?.path.join(".") ?? ""}" is not as in a preprocessor_config.json (${issue?.message ?? ""}); set "image.backbone.preprocessing" instead.`,
    );
  return preprocessingOf(file.data, path);
}

/** The same preprocessing in this project's terms. */
export function preprocessingOf(file: PreprocessorFile, path: string): PreprocessingConfig {
  const refuse = (what: string): never => {
    throw new UserError(`"${path}" ${what}; set "image.backbone.preprocessing" instead of "preprocessor".`);
  };
  const kernel = kernels[file.resample ?? 2] ?? refuse(`asks for resampling kernel ${file.resample ?? ""}`);
  const rescales = file.do_rescale ?? true;
  const normalizes = file.do_normalize ?? file.image_mean !== undefined;
  if (normalizes && (file.image_mean === undefined || file.image_std === undefined))
    refuse("names no image_mean and image_std");
  return PreprocessingConfig.parse({
    ...geometry(file, refuse),
    kernel,
    scale: rescales ? (file.rescale_factor ?? 1 / 255) : 1,
    ...(normalizes ? { mean: triple(file.image_mean), std: triple(file.image_std) } : {}),
    channelOrder: file.do_flip_channel_order ? "BGR" : "RGB",
  } satisfies z.input<typeof PreprocessingConfig>);
}

type Geometry = Pick<z.input<typeof PreprocessingConfig>, "size" | "resize" | "resizeTo" | "padPosition" | "padValue">;

function geometry(file: PreprocessorFile, refuse: (what: string) => never): Geometry {
  const family = file.image_processor_type ?? file.feature_extractor_type ?? "";
  const { fixed, shortest, longest } = sides(file.size, shorterSideFamilies.test(family));
  const crops = file.do_center_crop ?? (file.crop_size !== undefined || /^CLIP/.test(family));
  const square: Pair | undefined = shortest === undefined ? undefined : [shortest, shortest];
  const crop = crops ? (sides(file.crop_size, false).fixed ?? fixed ?? square) : undefined;

  if (file.do_resize === false) return refuse("does not resize, so that every image would have a size of its own");
  if (fixed) return crop ? { size: crop, resizeTo: fixed } : { size: fixed };
  if (shortest === undefined || square === undefined) return refuse("names no size");
  if (file.crop_pct !== undefined) {
    // ConvNext: small models see the centre of a slightly larger image, from 384 pixels on the whole image is warped.
    const larger = Math.trunc(shortest / file.crop_pct);
    return shortest >= 384 ? { size: square } : { size: square, resize: "shortest-edge", resizeTo: larger };
  }
  if (crop) return { size: crop, resize: "shortest-edge", resizeTo: shortest };
  // DETR and its kin keep the aspect ratio and pad batches after normalising; a graph of fixed size needs the whole canvas.
  if (longest !== undefined)
    return {
      size: [longest, longest],
      resize: "pad",
      resizeTo: shortest,
      padPosition: "end",
      padValue: "mean",
    };
  return refuse("gives every image a size of its own");
}

type Pair = [number, number];

interface Sides {
  readonly fixed?: Pair;
  readonly shortest?: number | undefined;
  readonly longest?: number | undefined;
}

function sides(size: PreprocessorFile["size"], isShorterSide: boolean): Sides {
  if (size === undefined) return {};
  if (typeof size === "number") return isShorterSide ? { shortest: size } : { fixed: [size, size] };
  const { height, width, shortest_edge: shortest, longest_edge: longest } = size;
  if (height !== undefined && width !== undefined) return { fixed: [height, width] };
  return { shortest, longest };
}

function triple(value: PreprocessorFile["image_mean"]): [number, number, number] {
  return typeof value === "number" ? [value, value, value] : (value ?? [0, 0, 0]);
}
