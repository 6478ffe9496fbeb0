import { expect, test } from "vitest";
import { PreprocessingConfig } from "../../../src/core/datasets/preprocessing";
import { PictureView } from "../../../src/engine/images/pictureView";
import type { ImageSize } from "../../../src/engine/images/preprocessImage";

const image: ImageSize = { width: 400, height: 200 };
const box = [100, 50, 200, 100] as const;

function view(config: Partial<PreprocessingConfig>, isToldPadding = false): PictureView {
  return new PictureView(image, PreprocessingConfig.parse({ size: [100, 100], ...config }), isToldPadding);
}

test("a stretched picture keeps shares", () => {
  expect(view({ resize: "exact" }).shareOf(box)).toEqual([0.5, 0.5, 0.5, 0.5]);
});

test("of a padded picture shares are of the canvas, or of the picture where the backbone is told", () => {
  const end = { resize: "pad", padPosition: "end" } as const;
  expect(view(end).shareOf(box)).toEqual([0.5, 0.25, 0.5, 0.25]);
  expect(view({ resize: "pad" }).shareOf(box)).toEqual([0.5, 0.5, 0.5, 0.25]);
  for (const config of [end, { resize: "pad" } as const])
    expect(view(config, true).shareOf(box)).toEqual([0.5, 0.5, 0.5, 0.5]);
});

test("of a cropped picture only what is seen counts", () => {
  // Resized to 200 × 100, of which columns 50 to 150 are seen: 100 to 300 of the picture.
  const cropped = view({ resize: "shortest-edge" });
  expect(cropped.shareOf(box)).toEqual([0.5, 0.5, 1, 0.5]);
  expect(cropped.shareOf([0, 0, 200, 200])).toEqual([0.25, 0.5, 0.5, 1]);
  const [, , width, height] = cropped.shareOf([0, 0, 50, 200]);
  expect(width).toBeGreaterThan(0);
  expect(height).toBe(1);
});

test.each([
  [{ resize: "exact" }, false],
  [{ resize: "pad", padPosition: "end" }, true],
  [{ resize: "pad" }, false],
  [{ resize: "shortest-edge", resizeTo: 120 }, false],
] as const)("%j: shares lead back to pixels", (config, isToldPadding) => {
  const inside = [150, 80, 60, 40] as const;
  const seen = view(config, isToldPadding);
  const expected = [150, 80, 210, 120];
  seen.pixelsOf(seen.shareOf(inside)).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 9));
});
