import type { RgbImage } from "../images/decodeImage";

/** Long enough for "P6", two sizes and the largest value. */
const MAX_HEADER_BYTES = 64;
/** Frames with more pixels are not read. */
const MAX_PIXELS = 2 ** 26;

/**
 * Cuts a stream of binary PPM pictures (8-bit RGB, each with its own size) into pictures. It holds one picture at most.
 */
export class PpmReader {
  #header = Buffer.alloc(0);
  #picture: { readonly image: RgbImage; filled: number } | undefined;

  /**
   * The pictures that end in the next piece of the stream.
   * @throws Error when the stream is no PPM, or a picture is larger than any video's
   */
  *add(piece: Buffer): Generator<RgbImage> {
    let rest = piece;
    while (rest.length > 0) {
      if (!this.#picture) rest = this.#readHeader(rest);
      const picture = this.#picture;
      if (!picture) return;
      const { pixels } = picture.image;
      const taken = rest.subarray(0, pixels.length - picture.filled);
      pixels.set(taken, picture.filled);
      picture.filled += taken.length;
      rest = rest.subarray(taken.length);
      if (picture.filled < pixels.length) return;
      this.#picture = undefined;
      yield picture.image;
    }
  }

  /** Takes a header off the front; what follows is returned. */
  #readHeader(piece: Buffer): Buffer {
    const before = this.#header.length;
    const start = Buffer.concat([this.#header, piece.subarray(0, MAX_HEADER_BYTES)]);
    const match = /^P6\s(\d{1,6})\s(\d{1,6})\s255\s/.exec(start.toString("latin1"));
    if (!match) {
      if (start.length >= MAX_HEADER_BYTES) throw new Error("The decoder's output is no sequence of PPM pictures.");
      this.#header = start;
      return piece.subarray(piece.length);
    }
    const [header, width, height] = [match[0], Number(match[1]), Number(match[2])];
    if (width * height > MAX_PIXELS) throw new Error(`A frame of ${width} × ${height} pixels is too large.`);
    this.#header = Buffer.alloc(0);
    this.#picture = { image: { width, height, pixels: new Uint8Array(width * height * 3) }, filled: 0 };
    return piece.subarray(header.length - before);
  }
}
