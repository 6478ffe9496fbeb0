import { createHash } from "node:crypto";

import type { NamedValue } from "../../core/graph/graph";
import type { Tensor } from "../../core/graph/tensor";
import { zeros } from "../../core/graph/tensor";
import { ItemRandom } from "../../core/nn/itemRandom";
import type { TextTokenizer } from "../texts/textTokenizer";
import { tokenInputs, writeTokens } from "../texts/tokenFeeds";
import type { FeatureSource, SourceInputs } from "./featureSource";
import { TokenList, type TextOptions } from "./tokenList";

export interface TextItem {
  readonly id: string;
  readonly text: string;
}

/**
 * Texts, tokenized, and padded no further than the longest of them needs (or to the length that the backbone is made for).
 */
export function textSource(
  items: readonly TextItem[],
  tokenizer: TextTokenizer,
  options: TextOptions = {},
): FeatureSource {
  const tokens = new TokenList(
    items.map(({ text }) => text),
    tokenizer,
    options,
  );
  return {
    count: items.length,
    nameOf: (index) => `${items[index]?.id ?? ""} ("${items[index]?.text ?? ""}")`,
    hashOf: (index) => Promise.resolve(createHash("sha256").update(tokens.at(index).join()).digest("hex")),
    describeInputs: (inputs, label) => describeInputs(inputs, label, tokens),
  };
}

function describeInputs(inputs: readonly NamedValue[], label: string, tokens: TokenList): SourceInputs {
  const kinds = tokenInputs(inputs, label);
  const length = tokens.lengthFor(inputs, label);
  const { padTokenId } = tokens.tokenizer;
  return {
    settings: { kind: "text", length, padTokenId },
    mask: { length },
    shapes: (batchSize) => Object.fromEntries(inputs.map(({ name }) => [name, [batchSize, length]])),
    types: Object.fromEntries(inputs.map(({ name, dtype }) => [name, dtype])),
    makeBatch(batchSize) {
      const feeds: Record<string, Tensor> = Object.fromEntries(
        inputs.map(({ name, dtype }) => [name, zeros(dtype, [batchSize, length])]),
      );
      const lengths = new Uint32Array(batchSize);
      return {
        feeds,
        write(row, index, draw) {
          const ids = tokens.at(index, draw && new ItemRandom(draw, `text/${row}`));
          for (const [name, kind] of kinds) {
            const feed = feeds[name];
            if (feed) writeTokens(feed, kind, row, ids, padTokenId);
          }
          lengths[row] = ids.length;
          return Promise.resolve();
        },
        maskOf: (row) => new Float32Array(length).fill(1, 0, lengths[row]),
      };
    },
  };
}
