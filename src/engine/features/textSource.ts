import { createHash } from "node:crypto";

import type { NamedValue } from "../../core/graph/graph";
import type { DataType, Shape, Tensor } from "../../core/graph/tensor";
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

/** Texts, tokenized, and padded no further than the longest of them needs. */
export function textSource(
  items: readonly TextItem[],
  tokenizer: TextTokenizer,
): FeatureSource & { readonly maskLength: number } {
  const tokens = items.map(({ text }) => tokenizer.encode(text));
  const longest = tokens.reduce((length, ids) => Math.max(length, ids.length), 1);
  const length = Math.min(tokenizer.options.maxTokens, Math.ceil(longest / LENGTH_STEP) * LENGTH_STEP);
  const idsOf = (index: number): readonly number[] => {
    const ids = tokens[index];
    if (!ids) throw new RangeError(`There is no text ${index}; there are ${items.length}.`);
    return ids;
  };
  return {
    count: items.length,
    settings: { kind: "text", length, padTokenId: tokenizer.padTokenId },
    maskLength: length,
    nameOf: (index) => `${items[index]?.id ?? ""} ("${items[index]?.text ?? ""}")`,
    hashOf: (index) => Promise.resolve(createHash("sha256").update(idsOf(index).join()).digest("hex")),
    maskOf: (index) => new Float32Array(length).fill(1, 0, idsOf(index).length),
    describeInputs: (inputs, label) => describeInputs(inputs, label, length, tokenizer.padTokenId, idsOf),
  };
}

function describeInputs(
  inputs: readonly NamedValue[],
  label: string,
  length: number,
  padTokenId: number,
  idsOf: (index: number) => readonly number[],
): SourceInputs {
  const kinds = tokenInputs(inputs, label);
  const types: Record<string, DataType> = Object.fromEntries(inputs.map(({ name, dtype }) => [name, dtype]));
  const shapes = (batchSize: number): Record<string, Shape> =>
    Object.fromEntries(inputs.map(({ name }) => [name, [batchSize, length]]));
  return {
    shapes,
    types,
    makeBatch(batchSize) {
      const feeds: Record<string, Tensor> = Object.fromEntries(
        inputs.map(({ name, dtype }) => [name, zeros(dtype, [batchSize, length])]),
      );
      return {
        feeds,
        write(row, index) {
          for (const [name, kind] of kinds) {
            const feed = feeds[name];
            if (feed) writeTokens(feed, kind, row, idsOf(index), padTokenId);
          }
          return Promise.resolve();
        },
      };
    },
  };
}
