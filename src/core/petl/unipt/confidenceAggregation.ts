import type { Value } from "../../graph/graphBuilder";
import { tensor } from "../../graph/tensor";
import { linear } from "../../nn/layers/linear";
import { type ModelScope, zeroInit } from "../../nn/modelContext";
import type { UniptOptions } from "./uniptOptions";

/** Temperature of the sigmoid gates; as in ladder side-tuning. */
const GATE_TEMPERATURE = 0.1;

export interface LayerWeights {
  /** One per layer, low to high, broadcasting over [B, N, d]: [B, 1, 1], per token [B, N, 1], or [1, 1, 1] for all samples. */
  readonly weights: readonly Value[];
  /** α [B, L]. */
  readonly confidence: Value;
}

export interface AggregationInput {
  /** F_N [B, N, d]. */
  readonly anchorTokens: Value;
  /** F_l [B, N, d], low to high. */
  readonly targetTokens: readonly Value[];
  /** Pools [B, N, d] to [B, d] in the way the options ask for. */
  readonly pool: (tokens: Value) => Value;
  /** m / Σm, [B, 1, N]; undefined when every token is valid. */
  readonly meanWeights: Value | undefined;
}

/**
 * Confidence aggregation: weighs each layer by how well it agrees with the anchor.
 *
 *   αₗ = softmaxₗ( w · (p_N ⊙ pₗ) + b ),   p = pooled tokens
 *
 * It needs the projected layers only, not the merged ones, so the weights are known before the interaction and the weighted
 * sum never holds more than one layer. UniPT (CVPR 2024); the gate is shared by all layers.
 *
 * The other aggregations are ablations, each a distribution over layers too: `last` is one-hot, `mean` uniform, `static` a
 * softmax of learnt numbers, `sigmoid-gate` the fold h ← μₗ h + (1 − μₗ) Mₗ with μ = σ(a / 0.1) written as weights, and
 * `per-token` the confidence of single tokens, for which α is their mean over valid tokens.
 */
export function confidenceAggregation(
  scope: ModelScope,
  aggregation: UniptOptions["aggregation"],
  input: AggregationInput,
): LayerWeights {
  const { g } = scope;
  const count = input.targetTokens.length;
  const batch = input.anchorTokens.shape[0] ?? 1;
  const constant = (values: readonly number[]): LayerWeights =>
    shared(scope, g.constant(tensor("float32", [1, count], values)), batch);
  switch (aggregation) {
    case "last":
      return constant(input.targetTokens.map((_, layer) => (layer === count - 1 ? 1 : 0)));
    case "mean":
      return constant(input.targetTokens.map(() => 1 / count));
    case "static":
      return shared(scope, g.softmax(scope.parameter("layerScores", [1, count], zeroInit)), batch);
    case "sigmoid-gate":
      return shared(scope, foldWeights(scope, count), batch);
    case "confidence":
      return confidencePerSample(scope, input);
    case "per-token":
      return confidencePerToken(scope, input);
  }
}

function confidencePerSample(scope: ModelScope, { anchorTokens, targetTokens, pool }: AggregationInput): LayerWeights {
  const { g } = scope;
  const pooledAnchor = g.unsqueeze(pool(anchorTokens), [1]); // [B, 1, d]
  const pooledTargets = g.concat(
    targetTokens.map((tokens) => g.unsqueeze(pool(tokens), [1])),
    1,
  ); // [B, L, d]
  const scores = g.squeeze(linear(scope.scope("gate"), g.mul(pooledAnchor, pooledTargets), 1), [2]); // [B, L]
  const confidence = g.softmax(scores);
  return { weights: splitLayers(scope, confidence), confidence };
}

function confidencePerToken(scope: ModelScope, input: AggregationInput): LayerWeights {
  const { g } = scope;
  const { anchorTokens, targetTokens, meanWeights } = input;
  const agreement = g.concat(
    targetTokens.map((tokens) => g.unsqueeze(g.mul(anchorTokens, tokens), [2])),
    2,
  ); // [B, N, L, d]
  const scores = g.squeeze(linear(scope.scope("gate"), agreement, 1), [3]); // [B, N, L]
  const weights = g.softmax(scores);
  const confidence = meanWeights ? g.squeeze(g.matMul(meanWeights, weights), [1]) : g.reduceMean(weights, [1]); // [B, L]
  const perLayer =
    targetTokens.length === 1 ? [weights] : g.split(weights, Array(targetTokens.length).fill(1) as number[], 2);
  return { weights: perLayer, confidence };
}

/** Weights [1, L] that are the same for every sample. */
function shared(scope: ModelScope, weights: Value, batch: number): LayerWeights {
  const { g } = scope;
  return { weights: splitLayers(scope, weights), confidence: g.expand(weights, [batch, weights.shape[1] ?? 1]) };
}

/** [B, L] → L × [B, 1, 1]. */
function splitLayers({ g }: ModelScope, weights: Value): Value[] {
  const [batch = 1, count = 1] = weights.shape;
  const parts = count === 1 ? [weights] : g.split(weights, Array(count).fill(1) as number[], 1);
  return parts.map((part) => g.reshape(part, [batch, 1, 1]));
}

/** Layer l keeps (1 − μₗ) of its own and is then dampened by the gates above it; the lowest starts the fold. [1, L] */
function foldWeights(scope: ModelScope, count: number): Value {
  const { g } = scope;
  const one = g.constant(tensor("float32", [1, 1], [1]));
  if (count === 1) return one;
  const scores = scope.parameter("layerGates", [1, count - 1], zeroInit);
  const gates = g.sigmoid(g.mul(scores, g.scalar(1 / GATE_TEMPERATURE))); // [1, L - 1]
  const weights: Value[] = [];
  let above = one;
  for (let layer = count - 1; layer > 0; layer--) {
    const gate = g.slice(gates, 1, layer - 1, layer); // [1, 1]
    weights.unshift(g.mul(above, g.sub(one, gate)));
    above = g.mul(above, gate);
  }
  return g.concat([above, ...weights], 1); // [1, L]
}
