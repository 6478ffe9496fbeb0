import type { Value } from "../../graph/graphBuilder";
import { meanPoolWeighted, meanPoolWeights, poolTokens } from "../../nn/layers/tokenPooling";
import type { ModelScope } from "../../nn/modelContext";
import { confidenceAggregation, splitLayers } from "./confidenceAggregation";
import { mergeLayers, ownTokenOf } from "./mergeLayers";
import type { UniptOptions } from "./uniptOptions";

export interface LayerStack {
  /** F_N [B, N, d], or the embedding [B, 1, d]. */
  readonly anchorTokens: Value;
  /** Fₗ [B, N, d], low to high. */
  readonly targetTokens: readonly Value[];
  /** 1 on valid tokens, [B, N]. */
  readonly mask?: Value | undefined;
  /** Which token is the layers' own, int64 [B]; undefined for the first. */
  readonly position?: Value | undefined;
}

export interface MixedLayers {
  /** Σₗ αₗ Mₗ Fₗ, of the anchor's shape. */
  readonly aggregate: Value;
  /** α [B, L]. */
  readonly confidence: Value;
}

/** Weighs projected layers by their agreement with the anchor and adds them up, each after its interaction with it. */
export function mixLayers(scope: ModelScope, stack: LayerStack, options: UniptOptions): MixedLayers {
  const { g } = scope;
  const { anchorTokens, targetTokens, mask, position } = stack;
  const { pool, meanWeights } = tokenPool(scope, stack, options);
  const pooledRow = (tokens: Value): Value => g.unsqueeze(pool(tokens), [1]); // [B, 1, d]
  const { weights, confidence } = confidenceAggregation(
    scope,
    {
      batch: anchorTokens.shape[0] ?? 1,
      layerCount: targetTokens.length,
      pooled: () => [
        options.anchor === "embedding" ? anchorTokens : pooledRow(anchorTokens),
        g.concat(targetTokens.map(pooledRow), 1),
      ],
      tokens: { anchorTokens, targetTokens, meanWeights },
    },
    options,
  );
  const ownToken = ownTokenOf(scope, position, targetTokens[0]?.shape[1] ?? 1, options);
  const merged = { anchorTokens, targetTokens, weights: splitLayers(scope, weights), mask, ownToken };
  return { aggregate: mergeLayers(scope, merged, options), confidence };
}

export interface TokenPool {
  /** [B, N, c] → [B, c] in the way the options ask for. */
  readonly pool: (tokens: Value) => Value;
  /** m / Σm, [B, 1, N]; undefined when every token is valid. */
  readonly meanWeights: Value | undefined;
}

/** How the tokens of a stack are pooled for the gate. */
export function tokenPool(
  { g }: ModelScope,
  { mask, position }: Pick<LayerStack, "mask" | "position">,
  { pooling }: Pick<UniptOptions, "pooling">,
): TokenPool {
  const meanWeights = mask && meanPoolWeights(g, mask);
  const pool = (tokens: Value): Value =>
    pooling === "mean" && meanWeights
      ? meanPoolWeighted(g, tokens, meanWeights)
      : poolTokens(g, tokens, mask, pooling, position);
  return { pool, meanWeights };
}
