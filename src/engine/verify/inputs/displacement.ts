import type { RgbImage } from "../../images/decodeImage";

/**
 * By how many pixels `actual` [H, W, 3] is displaced against `expected` at most: shifted or stretched along either axis,
 * which tells another coordinate convention from noise. Of each axis the displacement `a + b·t` with t from −½ to ½ is
 * fitted by least squares to the differences, which are it times the gradient of the picture.
 */
export function displacement(actual: Float32Array, expected: RgbImage): number {
  const { width, height } = expected;
  return Math.max(alongAxis(actual, expected, 3, width, "x"), alongAxis(actual, expected, 3 * width, height, "y"));
}

function alongAxis(
  actual: Float32Array,
  { width, height, pixels }: RgbImage,
  step: number,
  length: number,
  axis: "x" | "y",
): number {
  let [g, gt, gtt, d, dt] = [0, 0, 0, 0, 0];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const t = ((axis === "x" ? x : y) + 0.5) / length - 0.5;
      for (let channel = 0; channel < 3; channel++) {
        const at = (y * width + x) * 3 + channel;
        const gradient = ((pixels[at + step] ?? 0) - (pixels[at - step] ?? 0)) / 2;
        const difference = (actual[at] ?? 0) - (pixels[at] ?? 0);
        g += gradient * gradient;
        gt += gradient * gradient * t;
        gtt += gradient * gradient * t * t;
        d += difference * gradient;
        dt += difference * gradient * t;
      }
    }
  }
  const determinant = g * gtt - gt * gt;
  if (determinant <= 0) return 0; // no edges to tell by
  const a = (d * gtt - dt * gt) / determinant;
  const b = (dt * g - d * gt) / determinant;
  return Math.max(Math.abs(a + b / 2), Math.abs(a - b / 2));
}
