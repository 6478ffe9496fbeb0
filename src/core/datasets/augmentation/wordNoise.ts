import { z } from "zod";
import type { ItemRandom } from "../../nn/itemRandom";

const share = z.number().min(0).max(1);

/** Noise in the words of a caption while training; the defaults are those of VSE∞. */
export const WordNoiseConfig = z
  .strictObject({
    name: z.literal("word-noise").describe("Words are masked, replaced or deleted at random, as VSE∞ does."),
    probability: share.default(0.2).describe("Probability with which each word is changed."),
    masked: share.default(0.5).describe("Share of the changed words whose every token becomes the mask token."),
    replaced: share
      .default(0.1)
      .describe("Share of the changed words whose every token becomes any of the vocabulary; the others are deleted."),
  })
  .refine(({ masked, replaced }) => masked + replaced <= 1, {
    error: 'shares "masked" and "replaced" that add up to 1 at most',
  })
  .describe('What happens to texts while training; needs "features.mode": "streamed".');

export type WordNoiseConfig = z.infer<typeof WordNoiseConfig>;

export interface NoiseSources {
  readonly random: ItemRandom;
  readonly maskId: number;
  /** Ids that a token may be replaced by. */
  readonly vocabulary: readonly number[];
}

/**
 * The ids of a text with noise. One number decides about each word, as in the published code: whether it is changed, and how.
 * @param words ids of the tokens of each word, special tokens left out
 */
export function addWordNoise(
  words: readonly (readonly number[])[],
  { probability, masked, replaced }: WordNoiseConfig,
  { random, maskId, vocabulary }: NoiseSources,
): number[] {
  return words.flatMap((word) => {
    const drawn = random.uniform();
    if (drawn >= probability) return word;
    const how = drawn / probability;
    if (how < masked) return word.map(() => maskId);
    return how < masked + replaced ? word.map(() => vocabulary[random.below(vocabulary.length)] ?? maskId) : [];
  });
}
