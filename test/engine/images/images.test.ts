import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { PreprocessingConfig } from "../../../src/core/datasets/preprocessing";
import { decodeImage, type RgbImage } from "../../../src/engine/images/decodeImage";
import { loadImage } from "../../../src/engine/images/loadImage";
import { preprocessImage, resizedTo } from "../../../src/engine/images/preprocessImage";
import { resample } from "../../../src/engine/images/resample";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "images-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A 3 × 2 image: red, green, blue over white, grey, black. */
const colours = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 128, 128, 128, 0, 0, 0];
const raw = { width: 3, height: 2, channels: 3 } as const;

async function save(name: string, image: Sharp): Promise<string> {
  const path = join(folder, name);
  await image.toFile(path);
  return path;
}

describe("decodeImage", () => {
  const source = (): Sharp => sharp(Uint8Array.from(colours), { raw });

  test("reads RGB", async () => {
    const image = await decodeImage(await save("rgb.png", source()));
    expect([image.width, image.height, [...image.pixels]]).toEqual([3, 2, colours]);
  });

  test("turns a photo upright", async () => {
    // Orientation 6: the camera was turned; the first stored row is the right column of the upright picture.
    const path = await save("turned.png", source().withMetadata({ orientation: 6 }));
    const { width, height, pixels } = await decodeImage(path);
    expect([width, height]).toEqual([2, 3]);
    expect([...pixels.slice(3, 6)]).toEqual([255, 0, 0]);
    expect([...pixels.slice(0, 3)]).toEqual([255, 255, 255]);
  });

  test("takes a photo as stored where that is wanted", async () => {
    const path = await save("stored.png", source().withMetadata({ orientation: 6 }));
    const { width, height, pixels } = await decodeImage(path, { orientation: "as-stored" });
    expect([width, height, [...pixels]]).toEqual([3, 2, colours]);
  });

  test("repeats grey", async () => {
    const path = await save(
      "grey.png",
      sharp(Uint8Array.of(7, 200), { raw: { width: 2, height: 1, channels: 1 } }).toColourspace("b-w"),
    );
    expect([...(await decodeImage(path)).pixels]).toEqual([7, 7, 7, 200, 200, 200]);
  });

  test("lays transparency over white or the given colour", async () => {
    const rgba = sharp(Uint8Array.of(10, 20, 30, 0, 10, 20, 30, 255), { raw: { width: 2, height: 1, channels: 4 } });
    const path = await save("alpha.png", rgba);
    expect([...(await decodeImage(path)).pixels]).toEqual([255, 255, 255, 10, 20, 30]);
    expect([...(await decodeImage(path, { background: [1, 2, 3] })).pixels]).toEqual([1, 2, 3, 10, 20, 30]);
  });

  test("reduces 16 bits to 8", async () => {
    const deep = sharp(Uint16Array.of(0, 32768, 65535), { raw: { width: 1, height: 1, channels: 3 } });
    const path = await save("deep.png", deep.toColourspace("rgb16"));
    expect((await sharp(path).metadata()).depth).toBe("ushort");
    expect([...(await decodeImage(path)).pixels]).toEqual([0, 128, 255]);
  });

  test("converts CMYK", async () => {
    const path = await save(
      "print.jpg",
      sharp({ create: { width: 8, height: 8, channels: 3, background: "#ff0000" } }).toColourspace("cmyk"),
    );
    expect((await sharp(path).metadata()).space).toBe("cmyk");
    const { pixels } = await decodeImage(path);
    expect(pixels).toHaveLength(8 * 8 * 3);
    expect(pixels[0]).toBeGreaterThan(200);
    expect(pixels[1]).toBeLessThan(60);
  });

  test("names a file that is no image, and one that is cut off", async () => {
    const path = join(folder, "text.png");
    writeFileSync(path, "no image");
    await expect(decodeImage(path)).rejects.toThrow(/text\.png" cannot be decoded \(Input file contains unsupported/);
    const noise = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 251);
    const whole = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
      .jpeg()
      .toBuffer();
    const cut = join(folder, "cut.jpg");
    writeFileSync(cut, whole.subarray(0, whole.length / 2));
    await expect(decodeImage(cut)).rejects.toThrow(/cut\.jpg" cannot be decoded/);
  });
});

/** A grey image of one row. */
function row(...values: readonly number[]): RgbImage {
  return { width: values.length, height: 1, pixels: Uint8Array.from(values.flatMap((value) => [value, value, value])) };
}

function reds({ pixels }: { readonly pixels: ArrayLike<number> }): number[] {
  return Array.from(pixels).filter((_, index) => index % 3 === 0);
}

describe("resample", () => {
  test("shrinks as Pillow does: triangle of twice the width, cut at the border, normalised, rounded", () => {
    // Weights ¾, ¾, ¼ (over 1¾) at the left border: (0·3 + 10·3 + 20·1) / 7 = 7.14
    expect(reds(resample(row(0, 10, 20, 30), 2, 1, "bilinear", true))).toEqual([7, 23]);
  });

  test("enlarges bilinearly between pixel centres", () => {
    expect(reds(resample(row(0, 100), 4, 1, "bilinear", true))).toEqual([0, 25, 75, 100]);
  });

  test("shrinks as OpenCV does: two nearest pixels, no rounding", () => {
    // Output centres at 0.75 − ½ and so on: 0.25, 1.75, 3.25, 4.75 between pixels
    expect(reds(resample(row(0, 10, 20, 30, 40, 55), 4, 1, "bilinear", false))).toEqual([2.5, 17.5, 32.5, 51.25]);
  });

  test("bicubic with a = −0.5 (Pillow) and a = −0.75 (OpenCV)", () => {
    // At a quarter of a pixel from the second value: weights of Keys' kernel at distances 1.25, 0.25, 0.75, 1.75.
    const image = row(0, 0, 100, 100);
    const keys = (a: number): number => {
      const near = (a + 2) * 0.75 ** 3 - (a + 3) * 0.75 ** 2 + 1;
      const far = a * (1.75 ** 3 - 5 * 1.75 ** 2 + 8 * 1.75 - 4);
      return 100 * (near + far);
    };
    expect(reds(resample(image, 8, 1, "bicubic", true))[3]).toBe(Math.round(keys(-0.5)));
    expect(reds(resample(image, 8, 1, "bicubic", false))[3]).toBeCloseTo(keys(-0.75), 4);
  });

  test("keeps constant images constant with every kernel", () => {
    const image: RgbImage = { width: 37, height: 23, pixels: new Uint8Array(37 * 23 * 3).fill(199) };
    for (const kernel of ["nearest", "bilinear", "bicubic", "lanczos3"] as const)
      for (const antialias of [true, false])
        for (const [width, height] of [
          [5, 60],
          [80, 4],
          [37, 23],
        ] as const) {
          const { pixels } = resample(image, width, height, kernel, antialias);
          for (const value of pixels) expect(value).toBeCloseTo(199, 3);
        }
  });

  test("nearest takes the pixel under the centre", () => {
    expect(reds(resample(row(1, 2, 3, 4, 5), 3, 1, "nearest", true))).toEqual([1, 3, 5]);
  });

  test("treats rows as it treats columns", () => {
    const column: RgbImage = { width: 1, height: 4, pixels: row(0, 10, 20, 30).pixels };
    expect(reds(resample(column, 1, 2, "bilinear", true))).toEqual([7, 23]);
  });
});

const config = (fields: Partial<PreprocessingConfig>): PreprocessingConfig =>
  PreprocessingConfig.parse({ size: [2, 2], scale: 1, ...fields });

describe("preprocessImage", () => {
  test("lays out NCHW and NHWC, in either channel order, normalised", async () => {
    const path = await save(
      "layout.png",
      sharp(Uint8Array.from(colours), { raw }).extract({ left: 0, top: 0, width: 2, height: 2 }),
    );
    const planes = await loadImage(path, config({}));
    expect(planes.shape).toEqual([3, 2, 2]);
    expect([...planes.data]).toEqual([255, 0, 255, 128, 0, 255, 255, 128, 0, 0, 255, 128]);
    const interleaved = await loadImage(path, config({ layout: "NHWC", channelOrder: "BGR" }));
    expect(interleaved.shape).toEqual([2, 2, 3]);
    expect([...interleaved.data]).toEqual([0, 0, 255, 0, 255, 0, 255, 255, 255, 128, 128, 128]);
    const normalized = await loadImage(path, config({ scale: 1 / 255, mean: [0.5, 0, 0], std: [0.5, 1, 2] }));
    expect([...normalized.data.slice(0, 2)]).toEqual([1, -1]);
    expect(normalized.data[10]).toBeCloseTo(0.5, 6);
  });

  test("crops the centre, odd surplus to the even side as torchvision does", () => {
    const image = row(0, 1, 2, 3, 4, 5, 6);
    const cropped = (width: number): number | undefined => {
      const target = new Float32Array(3 * width);
      preprocessImage(image, config({ size: [1, width], resizeTo: [1, 7] }), target, 0);
      return target[0];
    };
    // Surplus 1 → ½ → 0, surplus 3 → 1½ → 2, surplus 5 → 2½ → 2
    expect([cropped(6), cropped(4), cropped(2), cropped(5)]).toEqual([0, 2, 2, 1]);
  });

  test("pads both sides, the odd pixel first", () => {
    const target = new Float32Array(3 * 4);
    preprocessImage(row(9), config({ size: [1, 4], resize: "pad", padValue: 7 }), target, 0);
    expect([...target.slice(0, 4)]).toEqual([7, 7, 9, 7]);
  });

  test("pads right and bottom with the colour that normalises to 0", () => {
    const target = new Float32Array(3 * 8).fill(-1);
    const wanted = { size: [2, 4], resize: "pad", padPosition: "end", padValue: "mean", mean: [2, 2, 2] } as const;
    preprocessImage(row(9, 9, 9, 9, 9, 9, 9, 9), config({ ...wanted, resizeTo: 1 } as never), target, 0);
    expect([...target.slice(0, 8)]).toEqual([7, 7, 7, 7, 0, 0, 0, 0]);
  });

  test("swaps the canvas for pictures that are higher than wide", async () => {
    const standing = await save(
      "standing.png",
      sharp(Uint8Array.from(colours), { raw: { ...raw, width: 2, height: 3 } }),
    );
    const lying = await save("lying.png", sharp(Uint8Array.from(colours), { raw }));
    const wanted = config({ size: [4, 5], canvas: "by-orientation", resize: "pad" });
    expect((await loadImage(standing, wanted)).shape).toEqual([3, 5, 4]);
    expect((await loadImage(lying, wanted)).shape).toEqual([3, 4, 5]);
  });

  test("writes a row of a batch and nothing else", () => {
    const target = new Float32Array(2 * 12).fill(-1);
    preprocessImage(row(5), config({}), target, 12);
    expect([...target]).toEqual([...Array<number>(12).fill(-1), ...Array<number>(12).fill(5)]);
  });

  test.each([
    ["exact", {}, [100, 50], [2, 2]],
    ["exact to a size of its own", { resizeTo: [8, 6] }, [100, 50], [8, 6]],
    [
      "shorter side 224 of 640 × 426, as CLIP",
      { size: [224, 224], resize: "shortest-edge", resizeTo: 224 },
      [640, 426],
      [224, 336],
    ],
    [
      "shorter side 224 of 424 × 640",
      { size: [224, 224], resize: "shortest-edge", resizeTo: 224 },
      [424, 640],
      [338, 224],
    ],
    ["covers a rectangle", { size: [100, 200], resize: "shortest-edge" }, [100, 100], [200, 200]],
    ["fits into a rectangle, as CLIP-ViL", { size: [384, 640], resize: "pad", resizeTo: 384 }, [640, 426], [384, 576]],
    ["fits into a square, as DETR", { size: [666, 666], resize: "pad", resizeTo: 400 }, [640, 426], [400, 600]],
    [
      "half a pixel to the even side, as Python rounds",
      { size: [1333, 1333], resize: "pad", resizeTo: 800 },
      [640, 320],
      [666, 1332],
    ],
    [
      "a standing picture, as CLIP-ViL",
      { size: [384, 640], canvas: "by-orientation", resize: "pad", resizeTo: 384 },
      [424, 640],
      [579, 384],
    ],
    ["long side decides", { size: [666, 666], resize: "pad", resizeTo: 400 }, [1000, 100], [67, 666]],
  ] as const)("size: %s", (_, fields, [width, height], expected) => {
    expect(resizedTo({ width, height }, config(fields as Partial<PreprocessingConfig>))).toEqual(expected);
  });
});
