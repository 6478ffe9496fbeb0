import type { Corners } from "../../core/tasks/grounding/boxes";
import { type DecodingOptions, undecodable } from "./decodeImage";

/** A box in pixels of the picture, and what is written at it. */
export interface CaptionedBox {
  readonly box: Corners;
  readonly caption: string;
}

/** Told apart by people who see colours differently (Okabe & Ito). */
const colours = ["#e69f00", "#56b4e9", "#009e73", "#d55e00", "#cc79a7", "#0072b2"] as const;

/** Longer captions are cut: they would not fit anyway. */
const MOST_CHARACTERS = 80;

/**
 * Draws boxes with their captions on a picture, each in a colour of its own.
 * @param source path of a file, or its bytes
 * @param options `orientation` as the boxes were found with
 * @returns a PNG file
 * @throws UserError when the picture cannot be decoded
 */
export async function drawBoxes(
  source: string | Uint8Array,
  boxes: readonly CaptionedBox[],
  { orientation = "upright" }: DecodingOptions = {},
): Promise<Buffer> {
  const { default: sharp } = await import("sharp");
  try {
    const image = sharp(source, { failOn: "error" });
    const { data, info } = await (orientation === "as-stored" ? image : image.autoOrient())
      .png()
      .toBuffer({ resolveWithObject: true });
    return await sharp(data)
      .composite([{ input: Buffer.from(boxesSvg(boxes, info.width, info.height)) }])
      .png()
      .toBuffer();
  } catch (cause) {
    throw undecodable(source, cause);
  }
}

/** The drawing alone, as large as the picture. */
export function boxesSvg(boxes: readonly CaptionedBox[], width: number, height: number): string {
  const fontSize = Math.min(32, Math.max(11, Math.round(Math.min(width, height) / 25)));
  const stroke = Math.max(1, Math.round(fontSize / 7));
  const drawn = boxes.map(({ box, caption }, at) => {
    const colour = colours[at % colours.length] ?? "#e69f00";
    const [x1, y1, x2, y2] = box.map((value, axis) =>
      clamp(value, axis % 2 === 0 ? width : height),
    ) as unknown as Corners;
    // Above the box, or within it where there is no room above.
    const baseline = y1 >= 1.4 * fontSize ? y1 - 0.4 * fontSize : y1 + 1.1 * fontSize;
    return (
      `<rect x="${x1}" y="${y1}" width="${x2 - x1}" height="${y2 - y1}" fill="none" stroke="${colour}" stroke-width="${stroke}"/>` +
      `<text x="${x1 + stroke}" y="${baseline}" font-family="sans-serif" font-size="${fontSize}" fill="${colour}" ` +
      `stroke="#000" stroke-width="${fontSize / 6}" paint-order="stroke">${escaped(caption)}</text>`
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${drawn.join("")}</svg>`;
}

function clamp(value: number, most: number): number {
  return Number.isFinite(value) ? Math.round(10 * Math.min(most, Math.max(0, value))) / 10 : 0;
}

/** As text within XML: control characters, which it may not contain, are left out. */
function escaped(text: string): string {
  const characters = Array.from(text.replaceAll(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, " "));
  const cut = characters.length > MOST_CHARACTERS ? [...characters.slice(0, MOST_CHARACTERS - 1), "…"] : characters;
  return cut
    .join("")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
