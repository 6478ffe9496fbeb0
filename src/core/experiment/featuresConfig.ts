import { z } from "zod";

/** `cached` extracts every hidden state once, before training; `streamed` runs the frozen backbone within every step. */
const featureModes = ["cached", "streamed"] as const;

export const FeaturesConfig = z
  .strictObject({
    mode: z
      .enum(featureModes)
      .default("cached")
      .describe(
        "How hidden states reach the trainer: extracted once to disk (`cached`), or computed by the backbone within every step " +
          "(`streamed`), for data too large to keep and for augmentation.",
      ),
    dtype: z
      .enum(["float32", "float16"])
      .default("float32")
      .describe("Number format of the cache; float16 halves its size and rounds to 3 significant digits."),
    cacheQuotaGiB: z
      .number()
      .positive()
      .default(20)
      .describe("Size of the feature cache above which the least recently used features are deleted, in GiB."),
  })
  .describe("The hidden states read by the parallel network.");

export type FeaturesConfig = z.infer<typeof FeaturesConfig>;
