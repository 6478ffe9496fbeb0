import { z } from "zod";

const pixels = z.int().min(1).max(8192);
const probability = z.number().min(0).max(1);

/** Part of the picture, perhaps mirrored; the defaults are those of VSE∞. */
const RandomCropConfig = z.strictObject({
  name: z.literal("random-crop").describe("A part of the picture, perhaps mirrored, as VSE∞ does."),
  leastRatio: z
    .number()
    .positive()
    .max(1)
    .default(0.6)
    .describe("Height and width of the part are one ratio of the picture's, uniform from this to 1."),
  flipProbability: probability.default(0.5).describe("Probability of mirroring left and right."),
});

const publishedSides = [480, 512, 544, 576, 608, 640, 672, 704, 736, 768, 800] as const;

/** Pictures of many sizes, some of them cropped, none mirrored; the defaults are those of MDETR. */
const ResizeAndCropConfig = z.strictObject({
  name: z
    .literal("resize-and-crop")
    .describe("Pictures of many sizes, some of them cropped around their boxes, as MDETR does."),
  shorterSides: z
    .array(pixels)
    .min(1)
    .default([...publishedSides])
    .describe("Lengths of the shorter side in pixels, of which one is chosen; the canvas must hold them."),
  longestSide: pixels.default(1333).describe("The longer side gets no longer than this, in pixels."),
  cropProbability: probability.default(0.5).describe("Probability of cropping."),
  cropFrom: z
    .array(pixels)
    .min(1)
    .default([400, 500, 600])
    .describe("Lengths of the shorter side from which a picture is cropped."),
  cropSides: z
    .tuple([pixels, pixels])
    .default([384, 1333])
    .describe("Shortest and longest side of the part, in pixels."),
});

export const ImageAugmentationConfig = z
  .discriminatedUnion("name", [RandomCropConfig, ResizeAndCropConfig])
  .describe('What happens to pictures while training; needs "features.mode": "streamed".');

export type RandomCropConfig = z.infer<typeof RandomCropConfig>;
export type ResizeAndCropConfig = z.infer<typeof ResizeAndCropConfig>;
export type ImageAugmentationConfig = z.infer<typeof ImageAugmentationConfig>;
