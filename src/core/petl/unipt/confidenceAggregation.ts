import type { Value } from "../../graph/graphBuilder";
import { tensor } from "../../graph/tensor";
import { type ModelScope, zeroInit } from "../../nn/modelContext";
import { sideLinear } from "./sideLinear";
import type { UniptOptions } from "./uniptOptions";

/** Temperature of the sigmoid gates; as in ladder side-tuning. */
const GATE_TEMPERATURE = 0.1;

export interface LayerWeights {
  /** α of every layer, low to high: [B, L], per token [B, N, L], or [1, L] for all samples. */
  readonly weights: Value;
  /** α [B, L]. */
  readonly confidence: Value;
}

export interface AggregationInput {
  readonly batch: number;
  /** L. */
  readonly layerCount: number;
  /** p_N [B, 1, d] and the p_l [B, L, d]; asked for only where the weights depend on them. */
  readonly pooled: () => readonly [anchor: Value, targets: Value];
  /** For the confidence of single tokens. */
  readonly tokens?: AggregatedTokens | undefined;
}

export interface AggregatedTokens {
  /** F_N [B, N, d]. */
  readonly anchorTokens: Value;
  /** F_l [B, N, d], low to high. */
  readonly targetTokens: readonly Value[];
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
  input: AggregationInput,
  options: GateOptions & Pick<UniptOptions, "aggregation">,
): LayerWeights {
  const { g } = scope;
  const { batch, layerCount } = input;
  const layers = [...Array(layerCount).keys()];
  const constant = (values: readonly number[]): LayerWeights =>
    shared(scope, g.constant(tensor("float32", [1, layerCount], values)), batch);
  switch (options.aggregation) {
    case "last":
      return constant(layers.map((layer) => (layer === layerCount - 1 ? 1 : 0)));
    case "mean":
      return constant(layers.map(() => 1 / layerCount));
    case "static":
      return shared(scope, g.softmax(scope.parameter("layerScores", [1, layerCount], zeroInit)), batch);
    case "sigmoid-gate":
      return shared(scope, foldWeights(scope, layerCount), batch);
    case "confidence":
      return confidencePerSample(scope, input, options);
    case "per-token":
      if (!input.tokens) throw new Error("The confidence of single tokens needs the tokens.");
      return confidencePerToken(scope, input.tokens, options);
  }
}

/** α of the single layers, broadcasting over [B, N, d]: [B, 1, 1], [B, N, 1] or [1, 1, 1] each. */
export function splitLayers({ g }: ModelScope, weights: Value): Value[] {
  const count = weights.shape.at(-1) ?? 1;
  const lead = weights.shape.slice(0, -1);
  const parts = count === 1 ? [weights] : g.split(weights, Array(count).fill(1) as number[], lead.length);
  return parts.map((part) => g.reshape(part, lead.length === 1 ? [...lead, 1, 1] : part.shape));
}

type GateOptions = Pick<UniptOptions, "initialization">;

function confidencePerSample(scope: ModelScope, { pooled }: AggregationInput, options: GateOptions): LayerWeights {
  const { g } = scope;
  const [anchor, targets] = pooled();
  const agreement = g.mul(anchor, targets); // [B, L, d]
  const scores = g.squeeze(sideLinear(scope.scope("gate"), agreement, 1, options), [2]); // [B, L]
  const confidence = g.softmax(scores);
  return { weights: confidence, confidence };
}

function confidencePerToken(scope: ModelScope, tokens: AggregatedTokens, options: GateOptions): LayerWeights {
  const { g } = scope;
  const { anchorTokens, targetTokens, meanWeights } = tokens;
  const agreement = g.concat(
    targetTokens.map((target) => g.unsqueeze(g.mul(anchorTokens, target), [2])),
    2,
  ); // [B, N, L, d]
  const scores = g.squeeze(sideLinear(scope.scope("gate"), agreement, 1, options), [3]); // [B, N, L]
  const weights = g.softmax(scores);
  const confidence = meanWeights ? g.squeeze(g.matMul(meanWeights, weights), [1]) : g.reduceMean(weights, [1]); // [B, L]
  return { weights, confidence };
}

/** Weights [1, L] that are the same for every sample. */
function shared({ g }: ModelScope, weights: Value, batch: number): LayerWeights {
  return { weights, confidence: g.expand(weights, [batch, weights.shape[1] ?? 1]) };
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
