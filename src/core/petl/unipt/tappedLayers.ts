import { UserError } from "../../errors";
import type { UniptOptions } from "./uniptOptions";

/**
 * Indices of the hidden states that are mixed, low to high. Where the last hidden state is the anchor it is never among them;
 * beside an embedding all may be.
 *
 * With n candidates: `every-second` counts from the top (the anchor's neighbour is always in), the halves hold ⌈n / 2⌉.
 * @throws UserError when nothing lies below the anchor or a listed index is not one of the candidates.
 */
export function selectTappedLayers(
  hiddenStateCount: number,
  tappedLayers: UniptOptions["tappedLayers"],
  anchor: UniptOptions["anchor"] = "last-layer",
): number[] {
  const count = anchor === "embedding" ? hiddenStateCount : hiddenStateCount - 1;
  if (count < 1) {
    throw new UserError(
      `UniPT mixes at least one hidden state into the last one, but the backbone gives ${hiddenStateCount}; name more under "hiddenStates".`,
    );
  }
  const candidates = [...Array(count).keys()];
  const half = Math.ceil(count / 2);
  switch (tappedLayers) {
    case "all":
      return candidates;
    case "every-second":
      return candidates.filter((index) => (count - 1 - index) % 2 === 0);
    case "top-half":
      return candidates.slice(-half);
    case "bottom-half":
      return candidates.slice(0, half);
    default: {
      const layers = [...new Set(tappedLayers)].sort((a, b) => a - b);
      const unknown = layers.find((index) => index >= count);
      if (unknown === undefined) return layers;
      throw new UserError(
        `"tappedLayers" asks for hidden state ${unknown}, but with ${hiddenStateCount} hidden states only 0 to ${count - 1} ${anchor === "embedding" ? "exist" : "lie below the guide"}; use those.`,
      );
    }
  }
}

/** The layers that enter the sum: those tapped, or only the highest where no lower one could make a difference. */
export function mixedLayers(
  hiddenStateCount: number,
  { tappedLayers, anchor, aggregation, guide }: UniptOptions,
): number[] {
  const layers = selectTappedLayers(hiddenStateCount, tappedLayers, anchor);
  return aggregation === "last" && guide !== "previous" ? layers.slice(-1) : layers;
}
