import sharp from "sharp";

/** An emoji at `size` × `size` pixels: RGBA rows, not premultiplied. */
export interface RenderedEmoji {
  readonly size: number;
  readonly rgba: Uint8Array;
}

/** Bicubic resampling, widened when shrinking, on premultiplied colours. */
export async function renderEmoji(imagePath: string, size: number): Promise<RenderedEmoji> {
  const rgba = await sharp(imagePath)
    .ensureAlpha()
    .resize(size, size, { kernel: "cubic", fit: "fill" })
    .raw()
    .toBuffer();
  return { size, rgba };
}

/** Lays an emoji over a plain square of `size` × `size` pixels with its top left corner at (`left`, `top`); a PNG. */
export async function compose(
  emoji: RenderedEmoji,
  canvas: { readonly size: number; readonly rgb: readonly [number, number, number] },
  place: { readonly left: number; readonly top: number },
): Promise<Uint8Array> {
  const { size, rgb } = canvas;
  const pixels = new Uint8Array(size * size * 3);
  for (let i = 0; i < pixels.length; i++) pixels[i] = rgb[i % 3] ?? 0;
  for (let y = 0; y < emoji.size; y++) {
    for (let x = 0; x < emoji.size; x++) {
      const from = (y * emoji.size + x) * 4;
      const to = ((y + place.top) * size + x + place.left) * 3;
      const alpha = (emoji.rgba[from + 3] ?? 0) / 255;
      for (let c = 0; c < 3; c++)
        pixels[to + c] = Math.round(alpha * (emoji.rgba[from + c] ?? 0) + (1 - alpha) * (rgb[c] ?? 0));
    }
  }
  return sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
    .png({ compressionLevel: 6 })
    .toBuffer();
}
