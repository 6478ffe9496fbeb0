import type { PreprocessingConfig } from "../../core/datasets/preprocessing";
import { centerOf, type CenterBox, type Corners, cornersOf } from "../../core/tasks/grounding/boxes";
import { type ImageSize, pictureWindow, resizedTo, windowStart } from "./preprocessImage";

/** Sides of boxes that a crop leaves nothing of, as a share. */
const LEAST_SIDE = 1e-4;

/** From pixels of a picture to shares of what a backbone sees of it, along one side: share = pixel · scale + shift. */
interface Side {
  readonly scale: number;
  readonly shift: number;
}

/** What a backbone sees of a picture, as the frame in which boxes are given. */
export class PictureView {
  readonly #x: Side;
  readonly #y: Side;

  /**
   * @param isToldPadding whether the backbone knows the picture's own borders, of which shares then are; else shares are of the
   *   whole canvas
   */
  constructor(image: ImageSize, config: PreprocessingConfig, isToldPadding: boolean) {
    const [height, width] = resizedTo(image, config);
    const { canvas, rows, columns } = pictureWindow(image, config);
    const side = (length: number, resized: number, available: number, covered: readonly [number, number]): Side => {
      const [first, end] = isToldPadding ? covered : [0, available];
      const start = windowStart(resized - available, config);
      return { scale: resized / length / (end - first), shift: -(start + first) / (end - first) };
    };
    this.#x = side(image.width, width, canvas[1], columns);
    this.#y = side(image.height, height, canvas[0], rows);
  }

  /** A box in pixels of the picture as a share of the view, as far as it lies within. */
  shareOf([x, y, width, height]: readonly [x: number, y: number, width: number, height: number]): CenterBox {
    const within = ({ scale, shift }: Side, low: number, high: number): readonly [number, number] => {
      const [from, to] = [low, high].map((pixel) => Math.min(1, Math.max(0, pixel * scale + shift)));
      const start = Math.min(from ?? 0, 1 - LEAST_SIDE);
      return [start, Math.max(to ?? 0, start + LEAST_SIDE)];
    };
    const [x1, x2] = within(this.#x, x, x + width);
    const [y1, y2] = within(this.#y, y, y + height);
    return centerOf([x1, y1, x2, y2]);
  }

  /** A share of the view in pixels of the picture. */
  pixelsOf(box: CenterBox): Corners {
    const [x1, y1, x2, y2] = cornersOf(box);
    const pixel = (share: number, { scale, shift }: Side): number => (share - shift) / scale;
    return [pixel(x1, this.#x), pixel(y1, this.#y), pixel(x2, this.#x), pixel(y2, this.#y)];
  }
}
