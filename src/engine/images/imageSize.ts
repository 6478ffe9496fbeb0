import type { ImageSize } from "../../core/datasets/aspectSize";
import { type DecodingOptions, undecodable } from "./decodeImage";

/**
 * Size of an image as {@link decodeImage} would give it, from the head of the file alone.
 * @throws UserError when it is no image
 */
export async function imageSize(path: string, { orientation = "upright" }: DecodingOptions = {}): Promise<ImageSize> {
  const { default: sharp } = await import("sharp");
  try {
    const { width, height, autoOrient } = await sharp(path).metadata();
    return orientation === "upright" ? autoOrient : { width, height };
  } catch (cause) {
    throw undecodable(path, cause);
  }
}
