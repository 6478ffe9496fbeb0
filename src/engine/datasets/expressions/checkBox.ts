import type { PixelBox } from "../expressionDataset";

/** Annotators round: so far a box may reach beyond its image, and is then cut. */
const tolerancePixels = 2;

/**
 * A box within its image, or a sentence that says what is wrong with it.
 * @param size of the image; unknown, only the box itself is checked
 */
export function checkBox(
  box: readonly number[],
  size: readonly [height: number, width: number] | undefined,
): PixelBox | string {
  const [x = NaN, y = NaN, width = NaN, height = NaN] = box;
  if (box.length !== 4 || ![x, y, width, height].every((value) => Math.abs(value) <= 1e6))
    return `the box [${box.join(", ")}] is not four numbers of pixels [x, y, width, height]`;
  if (width <= 0 || height <= 0)
    return `the box [${box.join(", ")}] is ${width} wide and ${height} high; write [x, y, width, height] with positive sizes`;
  const [imageHeight, imageWidth] = size ?? [Infinity, Infinity];
  const [left, top] = [Math.max(0, x), Math.max(0, y)];
  const [right, bottom] = [Math.min(imageWidth, x + width), Math.min(imageHeight, y + height)];
  const outside = Math.max(left - x, top - y, x + width - right, y + height - bottom);
  if (outside > tolerancePixels || right <= left || bottom <= top) {
    const within = size === undefined ? "its image" : `its image of ${imageWidth} × ${imageHeight} pixels`;
    return `the box [${box.join(", ")}] reaches beyond ${within}; write [x, y, width, height], not corners`;
  }
  return outside === 0 ? [x, y, width, height] : [left, top, right - left, bottom - top];
}
