import type { Feeds } from "../../core/graph/executor";
import type { NamedValue } from "../../core/graph/graph";
import type { DataType, Shape } from "../../core/graph/tensor";
import type { Draw } from "../../core/nn/itemRandom";
import type { Fingerprints } from "./fingerprints";

/** What features are extracted from: a list of images, texts or videos, ready to be fed to a backbone. */
export interface FeatureSource {
  readonly count: number;
  /** How messages call item `index`. */
  nameOf(index: number): string;
  /** Content address of item `index`: equal for items that give equal features. */
  hashOf(index: number, fingerprints: Fingerprints): Promise<string>;
  /**
   * Checks that the backbone's inputs are those of this kind of source.
   * @param label how messages call the model
   * @param tokenCount tells how many tokens the first hidden state has when the backbone is fed so
   * @throws UserError when they are not
   */
  describeInputs(inputs: readonly NamedValue[], label: string, tokenCount: TokenCount): SourceInputs;
}

/** @throws UserError when the backbone does not accept these inputs, or its first hidden state is no sequence of tokens */
export type TokenCount = (inputs: Pick<SourceInputs, "shapes" | "types">) => number;

/** How a source feeds one backbone. */
export interface SourceInputs {
  /** Everything beside the items that determines what the backbone is fed; part of the features' address. */
  readonly settings: Readonly<Record<string, unknown>>;
  /**
   * Tokens (units, where an item has several) per item that a mask is kept for; undefined when every one is valid. Batches
   * then have `maskOf`.
   */
  readonly mask?: { readonly length: number };
  /** Of a backbone that reads images and texts as one sequence: what is where in it. */
  readonly joint?: JointTokens;
  /**
   * Rows of the backbone that make up one item, such as the frames of a video. Hidden states then have one more axis in
   * front: [unitsPerItem, …]. Undefined where an item is one row.
   */
  readonly unitsPerItem?: number;
  /** Shapes of the inputs at any batch size of the backbone. */
  readonly shapes: (batchSize: number) => Readonly<Record<string, Shape>>;
  /** Types in which they are fed. */
  readonly types: Readonly<Record<string, DataType>>;
  /** Items whose inputs have another shape; no batch mixes the two. Undefined where all are alike. */
  readonly turned?: TurnedInputs;
  /** Makes buffers for one batch of items: `batchSize · unitsPerItem` rows of the backbone. */
  makeBatch(batchSize: number): BatchInput;
}

/** Inputs of pictures that stand, where these and those that lie have a canvas of their own. */
export interface TurnedInputs extends Pick<SourceInputs, "shapes" | "makeBatch"> {
  /** @throws UserError when the item cannot be loaded */
  has(index: number): Promise<boolean>;
}

export interface JointTokens {
  /** Tokens of the text within the sequence, padding included: the first, and the one behind the last. */
  readonly text: readonly [first: number, end: number];
  /** Whether the backbone is told which pixels are padding, and so knows the picture's own borders. */
  readonly isToldPadding: boolean;
}

/** Buffers for the inputs of one batch, filled item by item. */
export interface BatchInput {
  readonly feeds: Feeds;
  /**
   * Writes item `index` as item `row` of the batch.
   * @param draw augments it, where its side is augmented; left out, it is written as for evaluation
   * @throws UserError when the item cannot be loaded
   */
  write(row: number, index: number, draw?: Draw): Promise<void>;
  /** 1 on the valid tokens of what was last written as item `row`, 0 on padding, [mask.length]; where there is a mask. */
  maskOf?(row: number): Float32Array;
}
