import { createHash } from "node:crypto";

import type { Tokenizer } from "@huggingface/tokenizers";

import { addWordNoise, type WordNoiseConfig } from "../../core/datasets/augmentation/wordNoise";
import { UserError } from "../../core/errors";
import type { ItemRandom } from "../../core/nn/itemRandom";
import { alignTokens, type Offsets } from "./alignTokens";
import { groupWords } from "./groupWords";
import { normalizedBytes } from "./normalizedBytes";
import { tokenBytes } from "./tokenBytes";
import { readTokenizerFile, type TokenizerFile } from "./tokenizerFile";

export interface TokenizerOptions {
  /** Longer texts are cut to this many tokens, special ones included. */
  readonly maxTokens: number;
  /** Adds the tokenizer's own special tokens, such as [CLS] and [SEP]. */
  readonly specialTokens: boolean;
  /** Side of the experiment whose texts it reads, for messages; "text" by default. */
  readonly side?: "text" | "joint";
}

/** The tokens of one text and where they stand in it. */
export interface LocatedTokens {
  readonly ids: readonly number[];
  /** Of each token, in Unicode code points of the text; undefined for special tokens and those that stand nowhere. */
  readonly offsets: readonly (Offsets | undefined)[];
}

/** Tokens that cover a word in masked language models. */
const maskTokens = ["[MASK]", "<mask>"];

/** Turns texts into token ids as the `tokenizer.json` beside a published model prescribes: BPE, WordPiece or Unigram. */
export class TextTokenizer {
  readonly tokenizer: Tokenizer;
  readonly #prefix: readonly number[];
  readonly #suffix: readonly number[];
  /** Ids of tokens that do not spell the text that they stand for. */
  readonly #wildcards: ReadonlySet<number>;
  #vocabulary: readonly number[] | undefined;

  private constructor(
    readonly file: TokenizerFile,
    readonly path: string,
    readonly options: TokenizerOptions,
    /** SHA-256 of everything that determines the ids. */
    readonly hash: string,
  ) {
    const { tokenizer, unknownTokenId } = file;
    this.tokenizer = tokenizer;
    const { prefix, suffix } = options.specialTokens ? specialTokensOf(tokenizer) : { prefix: [], suffix: [] };
    this.#prefix = prefix;
    this.#suffix = suffix;
    this.#wildcards = new Set([
      ...tokenizer.get_added_tokens_decoder().keys(),
      ...(unknownTokenId === undefined ? [] : [unknownTokenId]),
    ]);
  }

  /**
   * Reads `tokenizer.json` and, if it is there, the `tokenizer_config.json` in the same folder.
   * @throws UserError when the file is missing or is no tokenizer, or leaves no room for a token.
   */
  static async load(path: string, options: TokenizerOptions): Promise<TextTokenizer> {
    const { side = "text" } = options;
    const file = await readTokenizerFile(path, `${side}.backbone.tokenizer`);
    const hash = createHash("sha256").update(JSON.stringify([options.maxTokens, options.specialTokens]));
    for (const content of file.contents) hash.update(content);
    const made = new TextTokenizer(file, path, options, hash.digest("hex"));
    const specials = made.#prefix.length + made.#suffix.length;
    if (options.maxTokens <= specials)
      throw new UserError(
        `"${side}.backbone.maxTokens" is ${options.maxTokens}, but "${path}" adds ${specials} special tokens; allow at least ${specials + 1}.`,
      );
    return made;
  }

  /** Fills rows up to a common length; models do not see it behind an attention mask. */
  get padTokenId(): number {
    return this.file.padTokenId;
  }

  /** Tokens of a text that fit beside the special ones. */
  get #room(): number {
    return this.options.maxTokens - this.#prefix.length - this.#suffix.length;
  }

  /**
   * Ids of one text, not padded; never empty, so that a mean over tokens exists. A long text is cut so that the special
   * tokens behind it still fit into `maxTokens`.
   */
  encode(text: string): number[] {
    return this.#surrounded(this.tokenizer.encode(text, { add_special_tokens: false }).ids);
  }

  /** Like {@link encode}, with the characters that each token stands for. */
  encodeWithOffsets(text: string): LocatedTokens {
    const { ids, tokens } = this.tokenizer.encode(text, { add_special_tokens: false });
    const { normalizer } = this.tokenizer;
    const traced = normalizedBytes(text, (part) => normalizer?.normalize(part) ?? part, this.file.isolated);
    const patterns = ids.map((id, at) =>
      this.#wildcards.has(id) ? undefined : tokenBytes(tokens[at] ?? "", this.file.spelling),
    );
    const offsets = alignTokens(patterns, traced).slice(0, this.#room);
    const around = (specials: readonly number[]): undefined[] => specials.map(() => undefined);
    const whole = [...around(this.#prefix), ...offsets, ...around(this.#suffix)];
    return { ids: this.#surrounded(ids), offsets: whole.length > 0 ? whole : [undefined] };
  }

  /**
   * Like {@link encode}, with words masked, replaced and deleted at random.
   * @throws UserError when words are to be masked and the tokenizer has no token for that
   */
  encodeWithNoise(text: string, config: WordNoiseConfig, random: ItemRandom): number[] {
    const { ids, tokens } = this.tokenizer.encode(text, { add_special_tokens: false });
    const maskId = maskTokens.map((token) => this.tokenizer.token_to_id(token)).find((id) => id !== undefined);
    if (maskId === undefined)
      throw new UserError(
        `"text.augmentation" masks words, but "${this.path}" has neither of the tokens ${maskTokens.join(" and ")}; leave it out, or bring a tokenizer of a masked language model.`,
      );
    this.#vocabulary ??= [...this.tokenizer.get_vocab().values()].sort((a, b) => a - b);
    const words = groupWords(ids, tokens, this.file.spelling);
    return this.#surrounded(addWordNoise(words, config, { random, maskId, vocabulary: this.#vocabulary }));
  }

  #surrounded(ids: readonly number[]): number[] {
    const whole = [...this.#prefix, ...ids.slice(0, this.#room), ...this.#suffix];
    return whole.length > 0 ? whole : [this.padTokenId];
  }
}

/** What the tokenizer puts around one text, so that a text can be cut before it is put there. */
function specialTokensOf(tokenizer: Tokenizer): { prefix: number[]; suffix: number[] } {
  const probe = "a";
  const plain = tokenizer.encode(probe, { add_special_tokens: false }).ids;
  const whole = tokenizer.encode(probe, { add_special_tokens: true }).ids;
  if (whole.length === plain.length) return clipTokens(tokenizer);
  const start = whole.findIndex((_, at) => plain.every((id, offset) => whole[at + offset] === id));
  return { prefix: whole.slice(0, start), suffix: whole.slice(start + plain.length) };
}

/** CLIP's vocabulary is also published without the rule that puts its start and end tokens around a text. */
function clipTokens(tokenizer: Tokenizer): { prefix: number[]; suffix: number[] } {
  const [start, end] = ["<|startoftext|>", "<|endoftext|>"].map((token) => tokenizer.token_to_id(token));
  return start === undefined || end === undefined ? { prefix: [], suffix: [] } : { prefix: [start], suffix: [end] };
}
