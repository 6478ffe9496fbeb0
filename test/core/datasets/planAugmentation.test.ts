import { describe, expect, test } from "vitest";
import { ImageAugmentationConfig } from "../../../src/core/datasets/augmentation/imageAugmentation";
import {
  augmentBox,
  type AugmentationPlan,
  type Box,
  planAugmentation,
} from "../../../src/core/datasets/augmentation/planAugmentation";
import { ItemRandom } from "../../../src/core/nn/itemRandom";

const size = { width: 640, height: 426 };
const plans = (config: object, boxes: readonly Box[] = [], count = 500): AugmentationPlan[] =>
  Array.from({ length: count }, (_, step) =>
    planAugmentation(size, ImageAugmentationConfig.parse(config), new ItemRandom({ seed: 5, step }, "image/0"), boxes),
  );

describe("random-crop, as VSE∞ does", () => {
  const all = plans({ name: "random-crop" });

  test("one ratio from 0.6 to 1 for both sides, never at the last position, mirrored half of the time", () => {
    for (const { region } of all) {
      const { width = 0, height = 0, left = 0, top = 0 } = region ?? {};
      expect(width / 640).toBeGreaterThan(0.597);
      expect(width / 640).toBeLessThan(1);
      expect(Math.abs(width / 640 - height / 426)).toBeLessThan(0.004);
      expect(left).toBeLessThan(640 - width);
      expect(top).toBeLessThan(426 - height);
    }
    const flipped = all.filter(({ isFlipped }) => isFlipped).length;
    expect(Math.abs(flipped - 250)).toBeLessThan(45); // four standard deviations
    const widths = all.map(({ region }) => region?.width ?? 0);
    expect(widths.reduce((sum, width) => sum + width, 0) / 500 / 640).toBeCloseTo(0.8, 1);
  });

  test("the same numbers give the same plan", () => {
    expect(plans({ name: "random-crop" }, [], 20)).toEqual(all.slice(0, 20));
  });
});

describe("resize-and-crop, as MDETR does", () => {
  const box: Box = [600, 400, 30, 20];
  const all = plans({ name: "resize-and-crop" }, [box]);

  test("half of the pictures are cropped from a resized one, and something of every box is left", () => {
    const croppedOnes = all.filter(({ region }) => region);
    expect(Math.abs(croppedOnes.length - 250)).toBeLessThan(45);
    for (const plan of croppedOnes) {
      const { resized, region } = plan;
      expect([400, 500, 600]).toContain(resized?.height);
      expect(resized?.width).toBe(Math.trunc(((resized?.height ?? 0) * 640) / 426));
      for (const side of [region?.width ?? 0, region?.height ?? 0]) expect(side).toBeGreaterThanOrEqual(384);
      expect((region?.left ?? 0) + (region?.width ?? 0)).toBeLessThanOrEqual(resized?.width ?? 0);
      const { box: left } = augmentBox(box, plan, size);
      expect(left[2]).toBeGreaterThan(0);
      expect(left[3]).toBeGreaterThan(0);
    }
  });

  test("the shorter side becomes one of the published lengths, as far as the longer one stays within 1333", () => {
    const lengths = new Set(all.filter(({ region }) => !region).map(({ resizeTo }) => resizeTo));
    expect([...lengths].sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual([
      480, 512, 544, 576, 608, 640, 672, 704, 736, 768, 800,
    ]);
    const config = ImageAugmentationConfig.parse({ name: "resize-and-crop", cropProbability: 0, shorterSides: [800] });
    const wide = { width: 2000, height: 1000 };
    expect(planAugmentation(wide, config, new ItemRandom({ seed: 0, step: 0 }, "image/0"))).toEqual({
      isFlipped: false,
      resizeTo: 666, // 1333 · 1000 / 2000, half to even
    });
  });

  test("a picture whose boxes no part can keep stays whole", () => {
    const corners: Box[] = [
      [0, 0, 1, 1],
      [639, 425, 1, 1],
    ];
    const config = { name: "resize-and-crop", cropProbability: 1, cropSides: [20, 21] };
    for (const plan of plans(config, corners, 3)) expect(plan.region).toBeUndefined();
  });
});

test("boxes follow resizing, cropping and mirroring, and are cut at the border", () => {
  const plan: AugmentationPlan = {
    resized: { width: 320, height: 213 },
    region: { left: 100, top: 50, width: 100, height: 100 },
    isFlipped: true,
  };
  const { box, size: left } = augmentBox([220, 80, 300, 100], plan, size);
  expect(left).toEqual({ width: 100, height: 100 });
  // Across: 110 to 260 in the resized picture, 10 to 100 in the part, 0 to 90 mirrored.
  expect(box).toEqual([0, 0, 90, 40]);
  expect(augmentBox([1, 2, 3, 4], { isFlipped: false }, size)).toEqual({ box: [1, 2, 3, 4], size });
});
