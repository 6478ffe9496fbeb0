import type { Value } from "../../graph/graphBuilder";
import { type LinearParameters } from "../../nn/layers/linear";
import type { ModelScope } from "../../nn/modelContext";
import { confidenceAggregation } from "./confidenceAggregation";
import { activate, checkSharedWidth, type LayerState } from "./layerProjection";
import { learnableQuery, ownTokenOf } from "./mergeLayers";
import { type MixedLayers, tokenPool } from "./mixLayers";
import { normalizeScores } from "./parallelInteraction";
import { sideLinearParameters } from "./sideLinear";
import type { UniptOptions } from "./uniptOptions";

/** Whether a layer's tokens may be mixed before they are projected: everything between the two is linear in them. */
export function mixingCommutes({ norm, pooling, aggregation }: UniptOptions): boolean {
  return norm === "none" && (pooling !== "max" || aggregation !== "confidence");
}

export interface EmbeddingStack {
  /** q [B, 1, d]. */
  readonly anchorTokens: Value;
  /** Hₗ [B, N, C_l], not yet projected. */
  readonly states: readonly LayerState[];
  readonly mask: Value | undefined;
  readonly position: Value | undefined;
}

/**
 * What projecting every layer and mixing them beside a single query gives, by associativity and without ever projecting N
 * tokens, which shrinks the work by a factor of about N:
 *
 *   q Fₗᵀ = (q Wₗ) Hₗᵀ + q · bₗ,    aₗ Fₗ = (aₗ Hₗ) Wₗᵀ + (Σ aₗ) bₗ,    pool(Fₗ) = pool(Hₗ) Wₗᵀ + bₗ
 */
export function mixBeforeProjecting(scope: ModelScope, stack: EmbeddingStack, options: UniptOptions): MixedLayers {
  const { g } = scope;
  const { anchorTokens, mask, position } = stack;
  const [batch = 1, , width = 1] = anchorTokens.shape;
  const layerCount = stack.states.length;
  const tokenCount = stack.states[0]?.state.shape[1] ?? 1;
  const parameters = declareProjections(scope, stack.states, width, options);
  const layers = parameters.map(({ weight }, at) => {
    const state = activate(scope, stack.states[at]?.state as Value, options.downsampleActivation);
    return { weight, state }; // [d, C], [B, N, C]
  });
  const biases = g.concat(
    parameters.map(({ bias }) => g.unsqueeze(bias as Value, [0])),
    0,
  ); // [L, d]

  const { pool, meanWeights } = tokenPool(scope, stack, options);
  const { weights, confidence } = confidenceAggregation(
    scope,
    {
      batch,
      layerCount,
      pooled: () => {
        const rows = layers.map(({ weight, state }) =>
          g.unsqueeze(g.gemm(pool(state), weight, undefined, { transB: true }), [1]),
        );
        // A sequence without any valid token is pooled to 0.
        const share = options.pooling === "mean" && meanWeights ? g.reduceSum(meanWeights, [2], true) : undefined; // [B, 1, 1]
        return [anchorTokens, g.add(g.concat(rows, 1), share ? g.mul(share, biases) : biases)]; // [B, L, d]
      },
    },
    options,
  );

  const query =
    options.guide === "learnable"
      ? g.expand(learnableQuery(scope, anchorTokens.shape), anchorTokens.shape)
      : anchorTokens;
  const queryRows = g.reshape(query, [batch, width]);
  const scores = (): Value => {
    const perLayer = layers.map(({ weight, state }) => {
      const lifted = g.unsqueeze(g.gemm(queryRows, weight), [1]); // [B, 1, C]
      return g.matMul(lifted, g.swapLast(state)); // [B, 1, N]
    });
    const offsets = g.gemm(queryRows, biases, undefined, { transB: true }); // [B, L]
    return g.add(g.concat(perLayer, 1), g.unsqueeze(offsets, [2])); // [B, L, N]
  };
  const ownToken = ownTokenOf(scope, position, tokenCount, options); // [B or 1, 1, N]
  const attention = (): Value => {
    const columnMask = mask && g.unsqueeze(mask, [1]); // [B, 1, N]
    const own = normalizeScores(g, scores(), width, columnMask, options);
    return ownToken ? g.add(own, ownToken) : own;
  };
  const mixing = options.interaction === "none" && ownToken ? ownToken : attention();
  const weighted = g.expand(g.mul(g.unsqueeze(weights, [2]), mixing), [batch, layerCount, tokenCount]);

  const perLayer = layerCount === 1 ? [weighted] : g.split(weighted, Array(layerCount).fill(1) as number[], 1);
  const shares = g.reduceSum(weighted, [2]); // [B, L]
  const aggregate = layers.reduce(
    (sum, { weight, state }, at) => {
      const merged = g.squeeze(g.matMul(perLayer[at] as Value, state), [1]); // [B, C]
      return g.gemm(merged, weight, sum, { transB: true });
    },
    g.gemm(shares, biases),
  ); // [B, d]
  return { aggregate: g.unsqueeze(aggregate, [1]), confidence };
}

/** Weight and bias of each layer's projection, under the names that projecting the layers gives them. */
function declareProjections(
  scope: ModelScope,
  states: readonly LayerState[],
  width: number,
  { downsampleSharing, initialization }: UniptOptions,
): LinearParameters[] {
  const declare = (name: string | number, { state }: LayerState): LinearParameters =>
    sideLinearParameters(scope.scope(`downsample.${name}`), state.shape.at(-1) ?? 1, width, initialization);
  const [first] = states;
  if (downsampleSharing === "separate" || !first) return states.map((state) => declare(state.layer, state));
  checkSharedWidth(states);
  const shared = declare("shared", first);
  return states.map(() => shared);
}
