import type { Value } from "../graph/graphBuilder";

/** One side of a retrieval model. */
export interface EmbeddedSide {
  /** [B, E], of length 1. */
  readonly embedding: Value;
  /** The method's layer confidence α [B, L], if it has one; of a video the mean over its valid frames. */
  readonly confidence?: Value | undefined;
  /** The hidden state that each column of `confidence` stands for. */
  readonly confidenceLayers?: readonly number[] | undefined;
}
