/** Size of a picture in pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/**
 * A picture's size when its shorter side is `shorterSide` long: rounded; the longer one is cut to whole pixels, as
 * torchvision, DETR and Hugging Face processors do.
 */
export function aspectSize({ width, height }: ImageSize, shorterSide: number): ImageSize {
  const shorter = Math.max(1, roundHalfEven(shorterSide));
  const longer = Math.max(1, Math.trunc((shorter * Math.max(width, height)) / Math.min(width, height)));
  return height > width ? { width: shorter, height: longer } : { width: longer, height: shorter };
}

/** As Python rounds, in which the published pipelines are written. */
export function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}
