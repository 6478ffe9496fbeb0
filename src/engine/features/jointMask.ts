import { UserError } from "../../core/errors";
import type { PictureWindow } from "../images/preprocessImage";

/** The tokens of an image and a text in one sequence. */
export interface JointSequence {
  /** How messages call the model. */
  readonly label: string;
  readonly order: "text-image" | "image-text";
  /** Tokens of the text, padding included. */
  readonly textLength: number;
  /** Of the whole sequence. */
  readonly length: number;
}

/**
 * Which tokens of a joint sequence are valid: 1 or 0, [length].
 * @param textTokens of this item, without padding
 * @param window of the picture on the canvas; every image token is valid without it
 * @throws UserError when the sequence cannot be divided into tokens of text and of image
 */
export function jointMask(
  { label, order, textLength, length }: JointSequence,
  textTokens: number,
  window: PictureWindow | undefined,
): Float32Array<ArrayBuffer> {
  const imageLength = length - textLength;
  if (imageLength < 1)
    throw new UserError(
      `The hidden states of "${label}" have ${length} tokens, no more than the ${textLength} of its text; name those of the joint sequence under "hiddenStates".`,
    );
  const mask = new Float32Array(length);
  const textStart = order === "text-image" ? 0 : imageLength;
  mask.fill(1, textStart, textStart + textTokens);
  const imageStart = order === "text-image" ? textLength : 0;
  mask.fill(1, imageStart, imageStart + imageLength);
  if (window) maskBorder(mask.subarray(imageStart, imageStart + imageLength), window, label);
  return mask;
}

/** Clears the tokens whose square of the canvas is not the picture's: the nearest pixel decides, as in DETR. */
function maskBorder(tokens: Float32Array, { canvas, rows, columns }: PictureWindow, label: string): void {
  const { height, width, leading } = imageGrid(tokens.length, canvas, label);
  for (let at = 0; at < height * width; at++) {
    const y = Math.floor((Math.floor(at / width) * canvas[0]) / height);
    const x = Math.floor(((at % width) * canvas[1]) / width);
    const isPicture = y >= rows[0] && y < rows[1] && x >= columns[0] && x < columns[1];
    tokens[leading + at] = isPicture ? 1 : 0;
  }
}

/** Image tokens in rows and columns, after tokens that stand for the whole image. */
interface Grid {
  readonly height: number;
  readonly width: number;
  readonly leading: number;
}

/**
 * The grid of a backbone's image tokens: one for each stride-sized square of the canvas, and perhaps a class token in front.
 * @throws UserError when no stride gives so many
 */
function imageGrid(count: number, [height, width]: readonly [number, number], label: string): Grid {
  for (const leading of [0, 1]) {
    for (let stride = 1; stride <= Math.max(height, width); stride++) {
      const grid = { height: Math.ceil(height / stride), width: Math.ceil(width / stride), leading };
      if (grid.height * grid.width === count - leading) return grid;
    }
  }
  throw new UserError(
    `"${label}" makes ${count} tokens of a ${height} × ${width} image, for which no stride was found; padded pictures need one, so use a "resize" that does not pad.`,
  );
}
