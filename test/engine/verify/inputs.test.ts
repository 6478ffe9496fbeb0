import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PreprocessingConfig } from "../../../src/core/datasets/preprocessing";
import { loadImage } from "../../../src/engine/images/loadImage";
import { displacement } from "../../../src/engine/verify/inputs/displacement";
import { verify } from "../../../src/engine/verify/verify";
import { wordPiece } from "../texts/tokenizers";

let folder: string;
let photos: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "verify-inputs-"));
  photos = join(folder, "photos");
  mkdirSync(photos);
  const waves = Uint8Array.from({ length: 90 * 60 * 3 }, (_, at) => {
    const [x, y] = [Math.floor(at / 3) % 90, Math.floor(at / 270)];
    return 128 + 60 * Math.sin(x / 5 + (at % 3)) + 60 * Math.cos(y / 4);
  });
  await sharp(waves, { raw: { width: 90, height: 60, channels: 3 } }).toFile(join(photos, "waves.png"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** A folder with one picture: the photo preprocessed, with the rows of pixels moved by `shift`. */
async function reference(name: string, preset: string, shift = 0): Promise<string> {
  const config = PreprocessingConfig.parse({ preset, scale: 1, mean: [0, 0, 0], std: [1, 1, 1], layout: "NHWC" });
  const { shape, data } = await loadImage(join(photos, "waves.png"), config);
  const [height = 0, width = 0] = shape;
  const moved = Uint8Array.from(data, (_, at) => Math.round(data[at + 3 * shift] ?? data[at] ?? 0));
  const place = mkdtempSync(join(folder, "reference-"));
  await sharp(moved, { raw: { width, height, channels: 3 } }).toFile(join(place, name));
  return place;
}

describe("preprocessed pictures", () => {
  test.each([
    ["clip-bicubic-224", "clip4clip"],
    ["vse-bilinear-512", "vse-infinity"],
    ["clipvil-bilinear-pad", "clip-vil"],
  ])("%s passes where nothing differs", async (pipeline, preset) => {
    const [check] = await verify([await reference(`waves.${pipeline}.png`, preset)], photos);
    expect(check).toMatchObject({ passed: true, maxDifference: 0 });
  });

  test("fails where the picture is displaced by one pixel", async () => {
    const place = await reference("waves.vse-bilinear-512.png", "vse-infinity", 1);
    const [check] = await verify([place], photos);
    expect(check?.passed).toBe(false);
    expect(Number(/displaced by (\S+)/.exec(check?.detail ?? "")?.[1])).toBeGreaterThan(0.9);
  });

  test("says what is missing", async () => {
    const place = await reference("waves.clip-bicubic-224.png", "clip4clip");
    expect(await verify([place])).toMatchObject([
      { passed: false, detail: expect.stringContaining("--images") as string },
    ]);
    const [noPhoto] = await verify([await reference("other.clip-bicubic-224.png", "clip4clip")], photos);
    expect(noPhoto?.detail).toMatch(/there is no photo "other\.\*"/);
    const [unknown] = await verify([await reference("waves.constructor.png", "clip4clip")], photos);
    expect(unknown?.detail).toMatch(/expected <photo>\.<pipeline>\.png with one of/);
  });
});

test("displacement tells shifts and stretches from noise", () => {
  const [width, height] = [64, 48];
  const at = (x: number, y: number): number => 128 + 50 * Math.sin(x / 6) + 50 * Math.sin(y / 7);
  const picture = (fx: (x: number) => number, fy: (y: number) => number): Float32Array =>
    Float32Array.from({ length: width * height * 3 }, (_, i) =>
      at(fx(Math.floor(i / 3) % width), fy(Math.floor(i / 3 / width))),
    );
  const same = (value: number): number => value;
  // The expected picture in floating point too, so that rounding does not count.
  const expected = { width, height, pixels: picture(same, same) as unknown as Uint8Array };
  expect(displacement(picture(same, same), expected)).toBeCloseTo(0, 6);
  expect(
    displacement(
      picture((x) => x + 0.2, same),
      expected,
    ),
  ).toBeCloseTo(0.2, 1);
  expect(
    displacement(
      picture(same, (y) => y - 0.3),
      expected,
    ),
  ).toBeCloseTo(0.3, 1);
  expect(
    displacement(
      picture((x) => x * 1.01, same),
      expected,
    ),
  ).toBeCloseTo(0.64, 1);
  const noisy = picture(same, same).map((value, i) => value + ((i * 7919) % 5) - 2);
  expect(displacement(noisy, expected)).toBeLessThan(0.02);
});

describe("token ids", () => {
  const ids = (cases: object): string => {
    const place = mkdtempSync(join(folder, "ids-"));
    writeFileSync(join(place, "word-piece-tokenizer.json"), JSON.stringify(wordPiece));
    writeFileSync(join(place, "word-piece-ids.json"), JSON.stringify(cases));
    return place;
  };

  test("agree, or the texts that do not are counted", async () => {
    const cats = { text: "Cats sitting!", ids: [5, 6, 7, 8, 9] };
    expect(await verify([ids({ cases: [cats] })])).toMatchObject([{ label: "word-piece-ids.json", passed: true }]);
    const [check] = await verify([ids({ cases: [cats, { text: "a cat", ids: [4] }] })]);
    expect(check).toMatchObject({ passed: false, maxDifference: 1, detail: '1 of 2 texts, as "a cat"' });
  });

  test("need a tokenizer, and texts", async () => {
    const place = ids({ cases: [] });
    expect(await verify([place])).toMatchObject([{ passed: false }]);
    rmSync(join(place, "word-piece-tokenizer.json"));
    expect(await verify([place])).toMatchObject([
      { passed: false, detail: "there is no word-piece-tokenizer.json beside it" },
    ]);
  });
});
