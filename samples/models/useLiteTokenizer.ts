import { readFile } from "node:fs/promises";
import { z } from "zod";
import { useLitePath } from "./useLite";

/** The first entries are control symbols: they have embeddings, but no text is ever read as one of them. */
const RESERVED = 6;
/** Below any sum of other scores, so that the search never takes it where it has a choice. */
const NEVER = -1000;
const SPACE = "▁";

const vocabularySchema = z.array(z.tuple([z.string(), z.number().nullable()]));

/**
 * The Universal Sentence Encoder's unigram vocabulary as a Hugging Face tokenizer.json. The original normalises to NFKC,
 * writes `▁` for each space and in front of the text, keeps case, and takes the segmentation with the highest sum of scores;
 * unknown characters in a row become one token 0. A few pieces around the colon have no score in the vocabulary, and the
 * original counts them as 0, i.e. certain; only at the very start of a text does it never join a colon to the `▁`, hence
 * the pre-tokenizer.
 */
export async function buildUseLiteTokenizer(packagesFrom: string): Promise<object> {
  const vocabulary = vocabularySchema.parse(
    JSON.parse(await readFile(useLitePath(packagesFrom, "vocab.json"), "utf8")),
  );
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "NFKC" },
        { type: "Replace", pattern: { String: " " }, content: SPACE },
        { type: "Prepend", prepend: SPACE },
      ],
    },
    pre_tokenizer: {
      type: "Split",
      pattern: { Regex: `\\A${SPACE}(?=:)` },
      behavior: "Isolated",
      invert: false,
    },
    post_processor: null,
    decoder: { type: "Metaspace", replacement: SPACE, prepend_scheme: "always", split: false },
    model: {
      type: "Unigram",
      unk_id: 0,
      byte_fallback: false,
      vocab: vocabulary.map(([piece, score], id) => [piece, id < RESERVED ? NEVER : (score ?? 0)]),
    },
  };
}
