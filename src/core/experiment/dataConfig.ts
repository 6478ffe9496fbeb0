import { z } from "zod";
import { PathText } from "./names";

const share = (split: string, fallback: number): z.ZodDefault<z.ZodNumber> =>
  z.number().min(0).max(1).default(fallback).describe(`Share of the images that goes to ${split}.`);

/** A seeded split by image: all captions of an image stay together. */
export const SplitConfig = z
  .strictObject({
    train: share("training", 0.8),
    val: share("validation", 0.1),
    test: share("the test set", 0.1),
    seed: z.int().min(0).max(0xffff_ffff).default(0).describe("Seed of the split; independent of the runs' seeds."),
  })
  .refine(({ train, val, test }) => Math.abs(train + val + test - 1) < 1e-9, {
    error: 'shares "train", "val" and "test" that add up to 1',
  })
  .describe("Splits the images at random instead of by the `split` that each row of the pairs names.");

export const PairDataConfig = z
  .strictObject({
    pairs: PathText.describe(
      'Image-text pairs: a JSON Lines file with rows {"image": path, "captions": [text, …], "split": "train" | "val" ' +
        '| "test"}, a CSV file with the columns image, caption and split, or a folder of images with a .txt file each.',
    ),
    split: SplitConfig.optional(),
  })
  .describe("The data set.");

export type SplitConfig = z.infer<typeof SplitConfig>;
export type PairDataConfig = z.infer<typeof PairDataConfig>;
