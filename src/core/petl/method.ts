import type { Value } from "../graph/graphBuilder";

/** What a side method reads: the backbone's intermediate activations, constants to it (no gradient enters the backbone). */
export interface MethodInput {
  /**
   * Low to high, embedding output first. Token sequences are [B, N, C_l]; feature maps are [B, C_l, H_l, W_l].
   */
  readonly hiddenStates: readonly Value[];
  /** 1 on valid tokens, 0 on padding, [B, N]; undefined when every token is valid. */
  readonly mask?: Value | undefined;
}

export interface MethodOutput {
  /** The adapted feature, [B, N', E], which replaces the backbone's last one. */
  readonly tokens: Value;
  /** Mask of `tokens`, [B, N']; undefined when every token is valid. */
  readonly mask?: Value | undefined;
  /** Layer confidence α, [B, L], each row a distribution over the tapped layers; methods that have none leave it out. */
  readonly confidence?: Value | undefined;
}
