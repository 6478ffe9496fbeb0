import sharp from "sharp";
import { expect, test } from "vitest";
import { boxesSvg, drawBoxes } from "../../../src/engine/images/drawBoxes";

const white = { create: { width: 120, height: 90, channels: 3, background: "#fff" } } as const;

test("draws the border of a box, and leaves the picture as it is within and outside", async () => {
  const picture = await sharp(white).png().toBuffer();
  const drawn = await drawBoxes(picture, [{ box: [30, 40, 90, 80], caption: "" }]);
  const { data, info } = await sharp(drawn).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  expect([info.width, info.height]).toEqual([120, 90]);
  const at = (x: number, y: number): number[] => [...data.subarray(3 * (y * 120 + x), 3 * (y * 120 + x) + 3)];
  expect(at(60, 60)).toEqual([255, 255, 255]);
  expect(at(10, 10)).toEqual([255, 255, 255]);
  for (const [x, y] of [
    [60, 40],
    [30, 60],
    [89, 60],
    [60, 79],
  ] as const)
    expect(at(x, y), `${x}, ${y}`).not.toEqual([255, 255, 255]);
});

test("captions are text, whatever they hold", async () => {
  const caption = '<script href="x">&\u0000 “größte” 🦊</script>';
  const svg = boxesSvg([{ box: [1, 2, 30, 40], caption }], 120, 90);
  expect(svg).toContain("&lt;script href=&quot;x&quot;&gt;&amp;  “größte” 🦊&lt;/script&gt;");
  expect(svg).not.toContain("<script");
  const picture = await sharp(white).png().toBuffer();
  const drawn = await drawBoxes(picture, [{ box: [1, 2, 30, 40], caption }]);
  expect((await sharp(drawn).metadata()).width).toBe(120);
});

test("boxes beyond the picture are cut to it, long captions to a line", () => {
  const svg = boxesSvg([{ box: [-50, -20, 500, 400], caption: "a".repeat(200) }], 120, 90);
  expect(svg).toContain('<rect x="0" y="0" width="120" height="90"');
  expect(svg).toContain(`${"a".repeat(79)}…<`);
  expect(boxesSvg([{ box: [NaN, 0, Infinity, 5], caption: "" }], 120, 90)).not.toMatch(/NaN|Infinity/);
});

test("a file that is no picture is refused", async () => {
  await expect(drawBoxes(Buffer.from("no picture"), [])).rejects.toThrow("cannot be decoded");
});
