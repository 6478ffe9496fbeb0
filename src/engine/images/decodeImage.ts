import { UserError } from "../../core/errors";

/** 8-bit RGB, row by row, channels interleaved. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** width · height · 3 elements, 0 to 255. */
  readonly pixels: Uint8Array;
}

/** Transparent pixels are laid over this colour. */
export type Background = readonly [red: number, green: number, blue: number];

const WHITE: Background = [255, 255, 255];

export interface DecodingOptions {
  /** White by default. */
  readonly background?: Background;
  /** Whether the picture is turned as its EXIF orientation says, which is so by default. */
  readonly orientation?: "upright" | "as-stored";
}

/**
 * Decodes an image file of any common kind to RGB: grey and CMYK converted, 16 bits reduced to 8, alpha laid over the
 * background. Embedded colour profiles are ignored, as the pipelines do with which backbones were trained.
 *
 * @param source path of a file, or its bytes
 * @throws UserError when it cannot be decoded
 */
export async function decodeImage(source: string | Uint8Array, options: DecodingOptions = {}): Promise<RgbImage> {
  const { default: sharp } = await import("sharp");
  const [r, g, b] = options.background ?? WHITE;
  try {
    const image = sharp(source, { failOn: "error", ignoreIcc: true });
    const { data, info } = await (options.orientation === "as-stored" ? image : image.autoOrient())
      .flatten({ background: { r, g, b } })
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return {
      width: info.width,
      height: info.height,
      pixels: info.channels === 3 ? pixels : repeat(pixels, info.channels),
    };
  } catch (cause) {
    throw undecodable(source, cause);
  }
}

/** What to say of an image that cannot be read. */
export function undecodable(source: string | Uint8Array, cause: unknown): UserError {
  const name = typeof source === "string" ? `"${source}"` : "The image";
  const [reason = ""] = (cause as Error).message.split("\n");
  return new UserError(`${name} cannot be decoded (${reason}); replace the file or remove it from the data.`, {
    cause,
  });
}

/** The first channel of an image with one (grey) or two, three times. */
function repeat(pixels: Uint8Array, channels: number): Uint8Array {
  const count = pixels.length / channels;
  const rgb = new Uint8Array(count * 3);
  for (let i = 0; i < count; i++) rgb.fill(pixels[i * channels] ?? 0, i * 3, i * 3 + 3);
  return rgb;
}
