import { createHash } from "node:crypto";

import { UserError } from "../../core/errors";
import type { NamedValue } from "../../core/graph/graph";
import type { Tensor } from "../../core/graph/tensor";
import { zeros } from "../../core/graph/tensor";
import type { TextTokenizer } from "../texts/textTokenizer";
import { tokenInputs, writeTokens } from "../texts/tokenFeeds";
import type { FeatureSource, SourceInputs } from "./featureSource";

export interface TextItem {
  readonly id: string;
  readonly text: string;
}

/** Lengths are rounded up to this, so that a few new texts seldom change the length of all. */
const LENGTH_STEP = 4;

/**
 * Texts, tokenized, and padded no further than the longest of them needs (or to the length that the backbone is made for).
 * @param leastTokens pads them at least to this length
 */
export function textSource(items: readonly TextItem[], tokenizer: TextTokenizer, leastTokens = 1): FeatureSource {
  const tokens = new TokenList(items, tokenizer, leastTokens);
  return {
    count: items.length,
    nameOf: (index) => `${items[index]?.id ?? ""} ("${items[index]?.text ?? ""}")`,
    hashOf: (index) => Promise.resolve(createHash("sha256").update(tokens.at(index).join()).digest("hex")),
    describeInputs: (inputs, label) => describeInputs(inputs, label, tokens),
  };
}

/** The token ids of every text. */
class TokenList {
  readonly #tokens: readonly (readonly number[])[];
  readonly longest: number;

  constructor(
    items: readonly TextItem[],
    readonly tokenizer: TextTokenizer,
    leastTokens: number,
  ) {
    this.#tokens = items.map(({ text }) => tokenizer.encode(text));
    this.longest = this.#tokens.reduce((length, ids) => Math.max(length, ids.length), leastTokens);
  }

  at(index: number): readonly number[] {
    const ids = this.#tokens[index];
    if (!ids) throw new RangeError(`There is no text ${index}; there are ${this.#tokens.length}.`);
    return ids;
  }
}

function describeInputs(inputs: readonly NamedValue[], label: string, tokens: TokenList): SourceInputs {
  const kinds = tokenInputs(inputs, label);
  const length = lengthFor(inputs, label, tokens);
  const { padTokenId } = tokens.tokenizer;
  return {
    settings: { kind: "text", length, padTokenId },
    mask: { length, of: (index) => new Float32Array(length).fill(1, 0, tokens.at(index).length) },
    shapes: (batchSize) => Object.fromEntries(inputs.map(({ name }) => [name, [batchSize, length]])),
    types: Object.fromEntries(inputs.map(({ name, dtype }) => [name, dtype])),
    makeBatch(batchSize) {
      const feeds: Record<string, Tensor> = Object.fromEntries(
        inputs.map(({ name, dtype }) => [name, zeros(dtype, [batchSize, length])]),
      );
      return {
        feeds,
        write(row, index) {
          for (const [name, kind] of kinds) {
            const feed = feeds[name];
            if (feed) writeTokens(feed, kind, row, tokens.at(index), padTokenId);
          }
          return Promise.resolve();
        },
      };
    },
  };
}

/** Tokens per text: what an exporter fixed, else what the longest text needs. */
function lengthFor(inputs: readonly NamedValue[], label: string, { longest, tokenizer }: TokenList): number {
  const fixed = inputs.map(({ shape }) => shape?.[1]).find((size) => typeof size === "number");
  if (fixed === undefined) return Math.min(tokenizer.options.maxTokens, Math.ceil(longest / LENGTH_STEP) * LENGTH_STEP);
  if (longest > fixed)
    throw new UserError(
      `The text backbone "${label}" is made for ${fixed} tokens, but a text has ${longest}; set "text.backbone.maxTokens" to ${fixed}.`,
    );
  return fixed;
}
