// Draws the pictures that have to be pixels from their SVG: the extension's icon, and the demo's results for README.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import sharp from "sharp";

const media = new URL("../media/", import.meta.url);

/** @param width in pixels; the height follows */
export async function renderImage(name, width) {
  const { data } = await sharp(fileURLToPath(new URL(`${name}.svg`, media)), { density: 192 })
    .resize({ width })
    .png({ palette: name !== "icon", compressionLevel: 9 })
    .toBuffer({ resolveWithObject: true });
  writeFileSync(new URL(`${name}.png`, media), data);
}

await renderImage("icon", 256);
await renderImage("demo", 1720);
