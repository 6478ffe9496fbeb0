import type { z } from "zod";
import type { Value } from "../graph/graphBuilder";
import type { ModelScope } from "../nn/modelContext";

/** What a side method reads: the backbone's intermediate activations, constants to it (no gradient enters the backbone). */
export interface MethodInput {
  /**
   * Low to high, embedding output first. Token sequences are [B, N, C_l]; feature maps are [B, C_l, H_l, W_l].
   * Of an encoder-decoder backbone these are the encoder's.
   */
  readonly hiddenStates: readonly Value[];
  /** 1 on valid tokens, 0 on padding, [B, N]; undefined when every token is valid. */
  readonly mask?: Value | undefined;
  /**
   * The backbone's own final feature of one token, [B, E], where it has one: CLIP's projected class token of an image or
   * end-of-text token of a text.
   */
  readonly embedding?: Value | undefined;
  /** Which token of the hidden states `embedding` belongs to, int64 [B]; undefined for the first. */
  readonly position?: Value | undefined;
  /** Hidden states of an encoder-decoder backbone's decoder, low to high, target embedding first, [B, Q, C_l]. */
  readonly decoderStates?: readonly Value[] | undefined;
}

export interface MethodOutput {
  /** The adapted feature, [B, N', E], which replaces the backbone's last one. */
  readonly tokens: Value;
  /** Mask of `tokens`, [B, N']; undefined when every token is valid. */
  readonly mask?: Value | undefined;
  /** Layer confidence α, [B, L], each row a distribution over the tapped layers; methods that have none leave it out. */
  readonly confidence?: Value | undefined;
  /** The hidden state (index into `hiddenStates`) that each column of `confidence` stands for. */
  readonly confidenceLayers?: readonly number[] | undefined;
  /** What only the adapters of an encoder-decoder backbone give. */
  readonly decoder?: DecoderOutput | undefined;
}

export interface DecoderOutput {
  /** Features of the decoder's tapped layers, low to high, [B, Q, E] each, for auxiliary losses; `tokens` is the final one. */
  readonly auxiliaryTokens: readonly Value[];
  /** The adapted encoder feature that the decoder's layers read, [B, N, d]. */
  readonly memory: Value;
  /** Confidence of the decoder's layers, [B, L′], and the index into `decoderStates` of each column. */
  readonly confidence: Value;
  readonly confidenceLayers: readonly number[];
}

/** A way of adapting a frozen backbone to a task. `Config` is what an experiment file says about it. */
export interface PetlMethod<Config> {
  readonly name: string;
  readonly config: z.ZodType<Config>;
  /**
   * Adds the method's network to the graph of `scope` and declares its parameters there.
   * @throws UserError when the hidden states do not suit the options.
   */
  build(scope: ModelScope, input: MethodInput, config: Config): MethodOutput;
}
