import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import { type LinearParameters } from "../../nn/layers/linear";
import type { ModelScope } from "../../nn/modelContext";
import { confidenceAggregation, splitLayers } from "./confidenceAggregation";
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

interface ActiveLayer {
  /** [d, C]. */
  readonly weight: Value;
  /** [B, N, C]. */
  readonly state: Value;
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
  const layers = parameters.map(({ weight }, at): ActiveLayer => {
    const state = activate(scope, stack.states[at]?.state as Value, options.downsampleActivation);
    return { weight, state };
  });
  const biases = g.concat(
    parameters.map(({ bias }) => g.unsqueeze(bias as Value, [0])),
    0,
  ); // [L, d]

  const query =
    options.guide === "learnable"
      ? g.expand(learnableQuery(scope, anchorTokens.shape), anchorTokens.shape)
      : anchorTokens;
  const queryRows = g.reshape(query, [batch, width]);
  const lifted = layers.map(({ weight }) => g.unsqueeze(g.gemm(queryRows, weight), [1])); // [B, 1, C] each
  const offsets = g.unsqueeze(g.gemm(queryRows, biases, undefined, { transB: true }), [2]); // [B, L, 1]
  const columnMask = mask && g.unsqueeze(mask, [1]); // [B, 1, N]
  const ownToken = ownTokenOf(scope, position, tokenCount, options); // [B or 1, 1, N]
  const mixing = (state: Value, at: number): Value => {
    if (options.interaction === "none" && ownToken) return g.expand(ownToken, [batch, 1, tokenCount]);
    const products = g.matMul(lifted[at] as Value, g.swapLast(state)); // [B, 1, N]
    const attention = normalizeScores(g, g.add(products, g.slice(offsets, 1, at, at + 1)), width, columnMask, options);
    return ownToken ? g.add(attention, ownToken) : attention;
  };
  const { pool, meanWeights } = tokenPool(scope, stack, options);
  const isPooled = options.aggregation === "confidence";
  const mixed = layers.map(({ weight, state }, at) => {
    const mixings = mixing(state, at);
    const rows = g.squeeze(g.matMul(mixings, state), [1]); // [B, C]
    const both = projectRows(g, weight, isPooled ? [rows, pool(state)] : [rows]);
    return { share: g.reduceSum(mixings, [2], true), merged: both[0] as Value, pooled: both[1] };
  });

  const { weights, confidence } = confidenceAggregation(
    scope,
    {
      batch,
      layerCount,
      pooled: () => {
        const stacked = g.concat(
          mixed.map(({ pooled }) => g.unsqueeze(pooled as Value, [0])),
          0,
        ); // [L, d, B]
        // The weights of a sequence without any valid token are 0, and so is what it is pooled to.
        const share = options.pooling === "mean" && meanWeights ? g.reduceSum(meanWeights, [2], true) : undefined; // [B, 1, 1]
        return [anchorTokens, g.add(g.transpose(stacked, [2, 0, 1]), share ? g.mul(share, biases) : biases)]; // [B, L, d]
      },
    },
    options,
  );
  const confidences = splitLayers(scope, weights); // [B or 1, 1, 1] each
  const shares = g.concat(
    mixed.map(({ share }, at) => g.mul(confidences[at] as Value, share)),
    1,
  ); // [B, L, 1]
  const offset = g.gemm(biases, g.squeeze(shares, [2]), undefined, { transA: true, transB: true }); // [d, B]
  const aggregate = mixed.reduce((sum, { merged }, at) => {
    const [rows = 1] = (confidences[at] as Value).shape;
    return g.add(sum, g.mul(g.reshape(confidences[at] as Value, [1, rows]), merged));
  }, offset); // [d, B]
  return { aggregate: g.unsqueeze(g.transpose(aggregate, [1, 0]), [1]), confidence };
}

/**
 * Several blocks of rows [B, C] through one weight [d, C], each transposed, [d, B]: in one product, which reads the weight
 * once, and with the weight on the left, where it is read as it lies.
 */
function projectRows(g: OpBuilder, weight: Value, blocks: readonly Value[]): Value[] {
  const sizes = blocks.map(({ shape }) => shape[0] ?? 1);
  const projected = g.gemm(weight, g.concat(blocks, 0), undefined, { transB: true }); // [d, ΣB]
  return blocks.length === 1 ? [projected] : g.split(projected, sizes, 1);
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
