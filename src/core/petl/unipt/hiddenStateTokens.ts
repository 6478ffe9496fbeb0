import { UserError } from "../../errors";
import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import type { MethodInput } from "../method";

export type Layout = "tokens" | "grid" | "encoder-decoder";

/**
 * Whether the hidden states are token sequences [B, N, C], feature maps [B, C, H, W], or the token sequences of an encoder and
 * of a decoder.
 * @throws UserError when they are none of these, differ in kind, or sequences differ in length.
 */
export function layoutOf({ hiddenStates, mask, decoderStates }: MethodInput): Layout {
  const layout = layoutOfStates(hiddenStates, mask);
  if (!decoderStates) return layout;
  if (layout === "grid" || layoutOfStates(decoderStates, undefined) === "grid") {
    throw new UserError(
      'UniPT reads an encoder and a decoder as token sequences [B, N, C], but some of these are feature maps; choose others under "hiddenStates".',
    );
  }
  return "encoder-decoder";
}

function layoutOfStates(hiddenStates: readonly Value[], mask: Value | undefined): "tokens" | "grid" {
  const ranks = new Set(hiddenStates.map(({ shape }) => shape.length));
  const [rank] = ranks;
  if (ranks.size !== 1 || (rank !== 3 && rank !== 4)) {
    const shapes = hiddenStates.map(({ shape }) => `[${shape.join(", ")}]`).join(", ");
    throw new UserError(
      `UniPT needs hidden states that are all token sequences [B, N, C] or all feature maps [B, C, H, W], but these are ${shapes}; choose others under "hiddenStates".`,
    );
  }
  if (rank === 4) {
    if (mask) throw new UserError("Feature maps have no padding, so a mask cannot be given with them; remove it.");
    return "grid";
  }
  const lengths = new Set(hiddenStates.map(({ shape }) => shape[1]));
  if (lengths.size !== 1) {
    throw new UserError(
      `UniPT needs hidden states of one sequence length, but these have ${[...lengths].join(", ")} tokens; choose others under "hiddenStates".`,
    );
  }
  return "tokens";
}

/** Cells of a feature map as tokens, row by row: [B, C, H, W] → [B, H·W, C]. */
export function gridTokens(g: OpBuilder, map: Value): Value {
  const [batch = 1, channels = 1, height = 1, width = 1] = map.shape;
  return g.transpose(g.reshape(map, [batch, channels, height * width]), [0, 2, 1]); // [B, H·W, C]
}
