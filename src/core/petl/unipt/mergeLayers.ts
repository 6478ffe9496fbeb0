import type { Value } from "../../graph/graphBuilder";
import type { Shape } from "../../graph/tensor";
import { tokenSelector } from "../../nn/layers/tokenSelector";
import type { ModelScope } from "../../nn/modelContext";
import { parallelInteraction } from "./parallelInteraction";
import type { UniptOptions } from "./uniptOptions";

export interface MergeInput {
  /** F_N [B, N, d], or the embedding [B, 1, d]. */
  readonly anchorTokens: Value;
  /** Fₗ [B, N, d], low to high. */
  readonly targetTokens: readonly Value[];
  /** αₗ, broadcasting over [B, N, d]. */
  readonly weights: readonly Value[];
  /** 1 on valid tokens, [B, N]. */
  readonly mask: Value | undefined;
  /** The layers' own token, [B or 1, 1, N]; see {@link ownTokenOf}. */
  readonly ownToken: Value | undefined;
}

/**
 * Σₗ αₗ Mₗ Fₗ, one layer after the other, [B, N, d]. αₗ scales the N × N weights instead of the N × d result: the merged
 * tokens of single layers are never formed, except where the layer above takes its query from them.
 */
export function mergeLayers(scope: ModelScope, input: MergeInput, options: UniptOptions): Value {
  const { g } = scope;
  const columnMask = input.mask && g.unsqueeze(input.mask, [1]); // [B, 1, N]
  const learntQuery = options.guide === "learnable" ? learnableQuery(scope, input.anchorTokens.shape) : undefined;
  let sum: Value | undefined;
  let below: Value | undefined;
  for (const [layer, tokens] of input.targetTokens.entries()) {
    const weight = input.weights[layer];
    if (!weight) throw new RangeError(`Layer ${layer} has no weight.`);
    const query = {
      last: input.anchorTokens,
      self: tokens,
      learnable: learntQuery ?? tokens,
      previous: below ?? tokens,
    }[options.guide];
    const attention = g.scoped(`interaction.${layer}`, () =>
      parallelInteraction(g, query, tokens, columnMask, options, input.ownToken),
    ); // [B, N, N], or [B, 1, N]
    let contribution: Value; // [B, N, d]
    if (options.guide === "previous") {
      below = attention ? g.matMul(attention, tokens) : tokens;
      contribution = g.mul(weight, below);
    } else {
      contribution = attention ? g.matMul(g.mul(weight, attention), tokens) : g.mul(weight, tokens);
    }
    sum = sum ? g.add(sum, contribution) : contribution;
  }
  if (!sum) throw new RangeError("There is no layer to merge.");
  return sum;
}

/** One learnt vector asking for every token of the anchor [B, N, d] → [1, N, d]. */
export function learnableQuery(scope: ModelScope, anchor: Shape): Value {
  const [, length = 1, width = 1] = anchor;
  const query = scope.parameter("query", [1, 1, width], { kind: "normal", standardDeviation: 0.02 });
  return scope.g.expand(query, [1, length, width]);
}

/** The column of each layer's own token among its `tokenCount`; undefined where the options do not read it. */
export function ownTokenOf(
  { g }: ModelScope,
  position: Value | undefined,
  tokenCount: number,
  { interaction, anchor }: Pick<UniptOptions, "interaction" | "anchor">,
): Value | undefined {
  const isRead = interaction === "attention-token" || (interaction === "none" && anchor === "embedding");
  return isRead ? tokenSelector(g, position, tokenCount) : undefined;
}
