import type { Feeds } from "../../core/graph/executor";
import type { NamedValue } from "../../core/graph/graph";
import type { DataType, Shape } from "../../core/graph/tensor";
import type { Fingerprints } from "./fingerprints";

/** What features are extracted from: a list of images or of texts, ready to be fed to a backbone. */
export interface FeatureSource {
  readonly count: number;
  /** How messages call item `index`. */
  nameOf(index: number): string;
  /** Content address of item `index`: equal for items that give equal features. */
  hashOf(index: number, fingerprints: Fingerprints): Promise<string>;
  /**
   * Checks that the backbone's inputs are those of this kind of source.
   * @param label how messages call the model
   * @throws UserError when they are not
   */
  describeInputs(inputs: readonly NamedValue[], label: string): SourceInputs;
}

/** How a source feeds one backbone. */
export interface SourceInputs {
  /** Everything beside the items that determines what the backbone is fed; part of the features' address. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Tokens per item that a mask is kept for; undefined when every token is valid. */
  readonly mask?: TokenMask;
  /** Shapes of the inputs at any batch size. */
  readonly shapes: (batchSize: number) => Readonly<Record<string, Shape>>;
  /** Types in which they are fed. */
  readonly types: Readonly<Record<string, DataType>>;
  /** Makes buffers for one batch. */
  makeBatch(batchSize: number): BatchInput;
}

export interface TokenMask {
  readonly length: number;
  /** 1 on valid tokens of item `index`, 0 on padding, [length]. */
  of(index: number): Float32Array;
}

/** Buffers for the inputs of one batch, filled item by item. */
export interface BatchInput {
  readonly feeds: Feeds;
  /**
   * Writes item `index` into row `row`.
   * @throws UserError when the item cannot be loaded
   */
  write(row: number, index: number): Promise<void>;
}
