import type { PreprocessingConfig } from "../../core/datasets/preprocessing";
import type { RgbImage } from "./decodeImage";
import { type Pixels, resample } from "./resample";

/** Height and width of the tensor that a configuration makes, with its axes: [C, H, W] or [H, W, C]. */
export function pixelShape({ size: [height, width], layout }: PreprocessingConfig): readonly number[] {
  return layout === "NCHW" ? [3, height, width] : [height, width, 3];
}

/** Resizes, crops or pads and normalises one image into `target` from element `offset` on. */
export function preprocessImage(
  image: RgbImage,
  config: PreprocessingConfig,
  target: Float32Array,
  offset: number,
): void {
  const [height, width] = resizedTo(image, config);
  writePixels(resample(image, width, height, config.kernel, config.antialias), config, target, offset);
}

/** Height and width after resizing, before anything is cropped or padded. */
export function resizedTo(
  { width, height }: { readonly width: number; readonly height: number },
  { size, resize, resizeTo }: PreprocessingConfig,
): readonly [height: number, width: number] {
  const [outHeight, outWidth] = size;
  if (typeof resizeTo === "object") return resizeTo;
  if (resize === "exact") return resizeTo === undefined ? size : [resizeTo, resizeTo];
  const shorter = Math.min(width, height);
  const longer = Math.max(width, height);
  const scale =
    resize === "shortest-edge"
      ? resizeTo === undefined
        ? Math.max(outHeight / height, outWidth / width)
        : resizeTo / shorter
      : Math.min(outHeight / height, outWidth / width, (resizeTo ?? Infinity) / shorter);
  // The longer side is cut to whole pixels, as torchvision, DETR and Hugging Face processors do.
  const newShorter = Math.max(1, Math.round(scale * shorter));
  const newLonger = Math.max(1, Math.trunc((newShorter * longer) / shorter));
  const [newHeight, newWidth] = height < width ? [newShorter, newLonger] : [newLonger, newShorter];
  return resize === "pad" ? [Math.min(newHeight, outHeight), Math.min(newWidth, outWidth)] : [newHeight, newWidth];
}

function writePixels(
  { width, height, pixels }: Pixels,
  { size, padValue, channelOrder, scale, mean, std, layout }: PreprocessingConfig,
  target: Float32Array,
  offset: number,
): void {
  const [outHeight, outWidth] = size;
  const top = centered(height - outHeight);
  const left = centered(width - outWidth);
  const isPlanar = layout === "NCHW";
  const pixelStep = isPlanar ? 1 : 3;
  const channelStep = isPlanar ? outHeight * outWidth : 1;
  for (let channel = 0; channel < 3; channel++) {
    const from = channelOrder === "RGB" ? channel : 2 - channel;
    const shift = mean[channel] ?? 0;
    const divisor = std[channel] ?? 1;
    const border = (padValue * scale - shift) / divisor;
    let to = offset + channel * channelStep;
    for (let y = top; y < top + outHeight; y++) {
      const isRow = y >= 0 && y < height;
      for (let x = left; x < left + outWidth; x++, to += pixelStep) {
        const isInside = isRow && x >= 0 && x < width;
        target[to] = isInside ? ((pixels[(y * width + x) * 3 + from] as number) * scale - shift) / divisor : border;
      }
    }
  }
}

/**
 * Where the centre window starts: half of the surplus, ties to even as torchvision's centre crop; a negative surplus is
 * padding, of which the odd pixel comes first (left, top).
 */
function centered(surplus: number): number {
  if (surplus < 0) return -Math.ceil(-surplus / 2);
  const half = Math.floor(surplus / 2);
  return surplus % 2 === 0 ? half : half + (half % 2);
}
