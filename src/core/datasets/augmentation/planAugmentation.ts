import type { ItemRandom } from "../../nn/itemRandom";
import { aspectSize, type ImageSize, roundHalfEven } from "../aspectSize";
import type { ImageAugmentationConfig, RandomCropConfig, ResizeAndCropConfig } from "./imageAugmentation";

export interface Region extends ImageSize {
  readonly left: number;
  readonly top: number;
}

/** Left, top, width and height in pixels. */
export type Box = readonly [x: number, y: number, width: number, height: number];

/** What happens to one picture before it is preprocessed, in this order. */
export interface AugmentationPlan {
  /** The size that it is brought to first, if any. */
  readonly resized?: ImageSize;
  /** The part that is left, in pixels of that size; the whole by default. */
  readonly region?: Region;
  readonly isFlipped: boolean;
  /** Length of the shorter side after all, in place of the preprocessing's own. */
  readonly resizeTo?: number;
}

const MAX_TRIES = 100;

/**
 * Chooses what happens to a picture. The same random numbers give the same plan, so that picture and boxes can be changed in
 * different places.
 *
 * @param boxes of which something must be left in the picture
 */
export function planAugmentation(
  size: ImageSize,
  config: ImageAugmentationConfig,
  random: ItemRandom,
  boxes: readonly Box[] = [],
): AugmentationPlan {
  return config.name === "random-crop" ? cropAndFlip(size, config, random) : resizeAndCrop(size, config, random, boxes);
}

/** VSE∞: the last position is never taken, as the upper end of its random numbers is exclusive. */
function cropAndFlip(
  { width, height }: ImageSize,
  { leastRatio, flipProbability }: RandomCropConfig,
  random: ItemRandom,
): AugmentationPlan {
  const ratio = leastRatio + (1 - leastRatio) * random.uniform();
  const part = {
    width: Math.max(1, Math.trunc(ratio * width)),
    height: Math.max(1, Math.trunc(ratio * height)),
  };
  const top = random.below(Math.max(1, height - part.height));
  const left = random.below(Math.max(1, width - part.width));
  return { region: { ...part, left, top }, isFlipped: random.uniform() < flipProbability };
}

/**
 * MDETR: resized, or resized, cropped so that something of every box is left, and resized again. Where a hundred parts lose a
 * box the picture stays whole (the published code then loses the box).
 */
function resizeAndCrop(
  size: ImageSize,
  { shorterSides, longestSide, cropProbability, cropFrom, cropSides }: ResizeAndCropConfig,
  random: ItemRandom,
  boxes: readonly Box[],
): AugmentationPlan {
  const oneOf = (lengths: readonly number[]): number => lengths[random.below(lengths.length)] ?? longestSide;
  const resized = random.uniform() < cropProbability ? aspectSize(size, oneOf(cropFrom)) : undefined;
  const region = resized && regionAround(boxes, size, resized, cropSides, random);
  const { width, height } = region ?? size;
  const longestFits = (longestSide * Math.min(width, height)) / Math.max(width, height);
  return {
    ...(resized && region && { resized, region }),
    isFlipped: false,
    resizeTo: roundHalfEven(Math.min(oneOf(shorterSides), longestFits)),
  };
}

function regionAround(
  boxes: readonly Box[],
  size: ImageSize,
  resized: ImageSize,
  [shortest, longest]: readonly [number, number],
  random: ItemRandom,
): Region | undefined {
  const side = (available: number): number => {
    const [least, most] = [Math.min(shortest, available), Math.min(longest, available)];
    return least + random.below(most - least + 1);
  };
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const part = { width: side(resized.width), height: side(resized.height) };
    const top = random.below(resized.height - part.height + 1);
    const left = random.below(resized.width - part.width + 1);
    const region = { ...part, left, top };
    const isKept = (box: Box): boolean => {
      const [, , width, height] = cut(box, { resized, region, isFlipped: false }, size);
      return width > 0 && height > 0;
    };
    if (boxes.every(isKept)) return region;
  }
  return undefined;
}

/** What is left of a box in an augmented picture, and the size of that picture, both before it is preprocessed. */
export function augmentBox(
  box: Box,
  plan: AugmentationPlan,
  size: ImageSize,
): { readonly box: Box; readonly size: ImageSize } {
  const { width, height } = plan.region ?? plan.resized ?? size;
  return { box: cut(box, plan, size), size: { width, height } };
}

function cut([x, y, boxWidth, boxHeight]: Box, plan: AugmentationPlan, size: ImageSize): Box {
  const resized = plan.resized ?? size;
  const region = plan.region ?? { ...resized, left: 0, top: 0 };
  const [across, down] = [resized.width / size.width, resized.height / size.height];
  const within = (position: number, length: number): number => Math.min(length, Math.max(0, position));
  const left = within(x * across - region.left, region.width);
  const right = within((x + boxWidth) * across - region.left, region.width);
  const top = within(y * down - region.top, region.height);
  const bottom = within((y + boxHeight) * down - region.top, region.height);
  const width = Math.max(0, right - left);
  return [plan.isFlipped ? region.width - right : left, top, width, Math.max(0, bottom - top)];
}
