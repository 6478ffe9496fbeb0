import type { WordNoiseConfig } from "../../core/datasets/augmentation/wordNoise";
import { UserError } from "../../core/errors";
import type { NamedValue } from "../../core/graph/graph";
import type { ItemRandom } from "../../core/nn/itemRandom";
import type { TextTokenizer } from "../texts/textTokenizer";

/** Lengths are rounded up to this, so that a few new texts seldom change the length of all. */
const LENGTH_STEP = 4;

export interface TextOptions {
  /** Length that texts are padded to at least. */
  readonly leastTokens?: number | undefined;
  /** Noise in their words where they are drawn for training. */
  readonly augmentation?: WordNoiseConfig | undefined;
}

/** The token ids of every text of a source. */
export class TokenList {
  readonly #tokens: readonly (readonly number[])[];
  readonly longest: number;

  constructor(
    readonly texts: readonly string[],
    readonly tokenizer: TextTokenizer,
    readonly options: TextOptions = {},
  ) {
    this.#tokens = texts.map((text) => tokenizer.encode(text));
    this.longest = this.#tokens.reduce((length, ids) => Math.max(length, ids.length), options.leastTokens ?? 1);
  }

  /** @param random adds noise, where texts are augmented; no text gets longer by it */
  at(index: number, random?: ItemRandom): readonly number[] {
    const [text, ids] = [this.texts[index], this.#tokens[index]];
    if (text === undefined || !ids)
      throw new RangeError(`There is no text ${index}; there are ${this.#tokens.length}.`);
    const { augmentation } = this.options;
    return random && augmentation ? this.tokenizer.encodeWithNoise(text, augmentation, random) : ids;
  }

  /**
   * Tokens per text: what an exporter fixed, else what the longest text needs.
   * @param inputs of the tokens, [batch, length]
   * @throws UserError when a text has more than the model is made for
   */
  lengthFor(inputs: readonly NamedValue[], label: string): number {
    const { options } = this.tokenizer;
    const fixed = inputs.map(({ shape }) => shape?.[1]).find((size) => typeof size === "number");
    if (fixed === undefined) return Math.min(options.maxTokens, Math.ceil(this.longest / LENGTH_STEP) * LENGTH_STEP);
    if (this.longest > fixed)
      throw new UserError(
        `The text backbone "${label}" is made for ${fixed} tokens, but a text has ${this.longest}; set "${options.side ?? "text"}.backbone.maxTokens" to ${fixed}.`,
      );
    return fixed;
  }
}
