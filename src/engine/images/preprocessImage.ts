import { aspectSize, type ImageSize, roundHalfEven } from "../../core/datasets/aspectSize";
import type { PreprocessingConfig } from "../../core/datasets/preprocessing";
import type { RgbImage } from "./decodeImage";
import { type Pixels, resample } from "./resample";

export type { ImageSize };

/**
 * Height and width of what the backbone receives.
 * @param image decides between lying and standing where the canvas follows the orientation; lying by default
 */
export function canvasOf({ size, canvas }: PreprocessingConfig, image?: ImageSize): readonly [number, number] {
  const [height, width] = size;
  return canvas === "by-orientation" && image !== undefined && image.height > image.width ? [width, height] : size;
}

/** Shape of the tensor that a configuration makes: [C, H, W] or [H, W, C]. */
export function pixelShape(config: PreprocessingConfig, image?: ImageSize): readonly number[] {
  const [height, width] = canvasOf(config, image);
  return config.layout === "NCHW" ? [3, height, width] : [height, width, 3];
}

/** Resizes, crops or pads and normalises one image into `target` from element `offset` on. */
export function preprocessImage(
  image: RgbImage,
  config: PreprocessingConfig,
  target: Float32Array,
  offset: number,
): void {
  const [height, width] = resizedTo(image, config);
  const resized = resample(image, width, height, config.kernel, config.antialias);
  writePixels(resized, canvasOf(config, image), config, target, offset);
}

/** Height and width after resizing, before anything is cropped or padded. */
export function resizedTo(image: ImageSize, config: PreprocessingConfig): readonly [height: number, width: number] {
  const { resize, resizeTo } = config;
  const canvas = canvasOf(config, image);
  if (typeof resizeTo === "object") return resizeTo;
  if (resize === "exact") return resizeTo === undefined ? canvas : [resizeTo, resizeTo];
  const isStanding = image.height > image.width;
  const [shorter, longer] = isStanding ? [image.width, image.height] : [image.height, image.width];
  const [alongShorter, alongLonger] = isStanding ? [canvas[1], canvas[0]] : canvas;
  const filling = (alongLonger * shorter) / longer; // length of the shorter side when the longer one fills the canvas
  const wanted = resizeTo ?? (resize === "pad" ? alongShorter : Math.max(alongShorter, filling));
  const fitting = resize === "pad" ? Math.min(wanted, alongShorter, filling) : wanted;
  const { height, width } = aspectSize(image, fitting);
  if (resize === "pad") return [Math.min(height, canvas[0]), Math.min(width, canvas[1])];
  return resizeTo === undefined ? [Math.max(height, canvas[0]), Math.max(width, canvas[1])] : [height, width];
}

/** Rows and columns of a canvas that the picture covers, ends exclusive; the rest is padding. */
export interface PictureWindow {
  /** Height and width. */
  readonly canvas: readonly [number, number];
  readonly rows: readonly [first: number, end: number];
  readonly columns: readonly [first: number, end: number];
}

/** Where on its canvas an image comes to lie. */
export function pictureWindow(image: ImageSize, config: PreprocessingConfig): PictureWindow {
  const [height, width] = resizedTo(image, config);
  const canvas = canvasOf(config, image);
  const covered = (length: number, available: number): [number, number] => {
    const start = -windowStart(length - available, config);
    return [Math.max(0, start), Math.min(available, start + length)];
  };
  return { canvas, rows: covered(height, canvas[0]), columns: covered(width, canvas[1]) };
}

function writePixels(
  { width, height, pixels }: Pixels,
  [outHeight, outWidth]: readonly [number, number],
  config: PreprocessingConfig,
  target: Float32Array,
  offset: number,
): void {
  const { padValue, channelOrder, scale, mean, std, layout } = config;
  const top = windowStart(height - outHeight, config);
  const left = windowStart(width - outWidth, config);
  const isPlanar = layout === "NCHW";
  const pixelStep = isPlanar ? 1 : 3;
  const channelStep = isPlanar ? outHeight * outWidth : 1;
  const [firstX, endX] = [Math.max(left, 0), Math.min(left + outWidth, width)];
  const isBytes = pixels instanceof Uint8Array;
  for (let channel = 0; channel < 3; channel++) {
    const from = channelOrder === "RGB" ? channel : 2 - channel;
    const shift = mean[channel] ?? 0;
    const divisor = std[channel] ?? 1;
    const normalized = (value: number): number => (value * scale - shift) / divisor;
    // A byte has few values, and there are many bytes.
    const values = isBytes ? Float32Array.from({ length: 256 }, (_, value) => normalized(value)) : undefined;
    const border = padValue === "mean" ? 0 : normalized(padValue);
    let to = offset + channel * channelStep;
    const pad = (count: number): void => {
      for (let i = 0; i < count; i++, to += pixelStep) target[to] = border;
    };
    for (let y = top; y < top + outHeight; y++) {
      if (y < 0 || y >= height) {
        pad(outWidth);
        continue;
      }
      pad(firstX - left);
      const start = (y * width + firstX) * 3 + from;
      const end = start + (endX - firstX) * 3;
      if (values)
        for (let at = start; at < end; at += 3, to += pixelStep) target[to] = values[pixels[at] as number] as number;
      else for (let at = start; at < end; at += 3, to += pixelStep) target[to] = normalized(pixels[at] as number);
      pad(left + outWidth - endX);
    }
  }
}

/** Where the canvas starts along one side of the resized picture; negative where the picture is shorter and padded. */
export function windowStart(surplus: number, { padPosition }: PreprocessingConfig): number {
  return surplus < 0 && padPosition === "end" ? 0 : centered(surplus);
}

/** Where the centre window starts; a negative surplus is padding, of which the odd pixel comes first (left, top). */
function centered(surplus: number): number {
  return surplus < 0 ? -Math.ceil(-surplus / 2) : roundHalfEven(surplus / 2);
}
