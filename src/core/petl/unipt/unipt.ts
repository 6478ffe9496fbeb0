import { UserError } from "../../errors";
import type { Value } from "../../graph/graphBuilder";
import { linear } from "../../nn/layers/linear";
import { meanPoolWeighted, meanPoolWeights, poolTokens } from "../../nn/layers/tokenPooling";
import { type ModelScope, zeroInit } from "../../nn/modelContext";
import type { MethodInput, MethodOutput, PetlMethod } from "../method";
import { confidenceAggregation } from "./confidenceAggregation";
import { gridTokens, type Layout, layoutOf } from "./hiddenStateTokens";
import { downsample, projectAggregate } from "./layerProjection";
import { mergeLayers } from "./mergeLayers";
import { preInteraction } from "./preInteraction";
import { selectTappedLayers } from "./tappedLayers";
import { UniptConfig, type UniptOptions } from "./uniptOptions";
import { resolveUniptOptions } from "./uniptPresets";

/**
 * Universal Parallel Tuning (Diao et al., CVPR 2024, arXiv:2308.14316): a parallel network beside the frozen backbone.
 *
 *   Fₗ  = norm( Linₗ(Hₗ) )                                 each layer on its own, C_l → d = ⌊E / r⌋
 *   Mₗ  = L1( ReLU( F_N Fₗᵀ ) ) + 1                         parallel interaction with the anchor F_N, the last layer
 *   α   = softmaxₗ( gate( pool(F_N) ⊙ pool(Fₗ) ) )          confidence aggregation
 *   out = Lin( ReLU( F_N + projection( Σₗ αₗ Mₗ Fₗ ) ) )    [B, N, E], replaces the backbone's last feature
 *
 * Feature maps are brought to the size of the last one by the pre-interaction and then treated as tokens, row by row.
 */
export const unipt: PetlMethod<UniptConfig> = { name: "unipt", config: UniptConfig, build: buildUnipt };

function buildUnipt(scope: ModelScope, input: MethodInput, config: UniptConfig): MethodOutput {
  const { g } = scope;
  const layout = layoutOf(input);
  const options = resolveUniptOptions(config, layout);
  const bottleneckDim = checkOptions(options, layout, input);
  const layers = mixedLayers(input.hiddenStates.length, options);
  const { mask } = input;

  const [anchorState, targetStates] = statesAsTokens(scope, input, layout, layers, options); // [B, N, C_l]
  const project = (state: Value, layer: number): Value =>
    downsample(scope.scope(`downsample.${layer}`), state, bottleneckDim, options.norm); // [B, N, d]
  const anchorTokens = project(anchorState, input.hiddenStates.length - 1);
  const targetTokens = targetStates.map((state, position) => project(state, layers[position] ?? 0));

  const meanWeights = mask && meanPoolWeights(g, mask); // [B, 1, N]
  const pool = (tokens: Value): Value =>
    options.pooling === "mean" && meanWeights
      ? meanPoolWeighted(g, tokens, meanWeights)
      : poolTokens(g, tokens, mask, options.pooling); // [B, d]
  const { weights, confidence } = confidenceAggregation(scope, options.aggregation, {
    anchorTokens,
    targetTokens,
    pool,
    meanWeights,
  });
  const aggregate = mergeLayers(scope, { anchorTokens, targetTokens, weights, mask }, options); // [B, N, d]
  const adapted = g.add(anchorTokens, projectAggregate(scope.scope("projection"), aggregate, options));
  const upsampleInit = options.initialization === "zero-upsample" ? { initialization: zeroInit } : {};
  const tokens = linear(scope.scope("upsample"), g.relu(adapted), options.embedDim, upsampleInit); // [B, N, E]
  return { tokens, mask, confidence, confidenceLayers: layers };
}

/** The layers that enter the sum: those tapped, or only the highest where no lower one could make a difference. */
function mixedLayers(hiddenStateCount: number, options: UniptOptions): number[] {
  const layers = selectTappedLayers(hiddenStateCount, options.tappedLayers);
  return options.aggregation === "last" && options.guide !== "previous" ? layers.slice(-1) : layers;
}

/** The guide's hidden state and those of `layers`, all as [B, N, C_l] with the N of the guide. */
function statesAsTokens(
  scope: ModelScope,
  { hiddenStates }: MethodInput,
  layout: Layout,
  layers: readonly number[],
  options: UniptOptions,
): readonly [Value, readonly Value[]] {
  const state = (layer: number): Value => {
    const value = hiddenStates[layer];
    if (!value) throw new RangeError(`There is no hidden state ${layer}.`);
    return value;
  };
  const last = state(hiddenStates.length - 1);
  if (layout === "tokens") return [last, layers.map(state)];
  const [, , height = 1, width = 1] = last.shape;
  const guideTokens = gridTokens(scope.g, last); // [B, h·w, C]
  const pooled = layers.map((layer) =>
    preInteraction(scope.scope(`guideLift.${layer}`), state(layer), guideTokens, [height, width], options),
  );
  return [guideTokens, pooled];
}

/** The bottleneck width d. @throws UserError for options that contradict each other or the hidden states. */
function checkOptions(options: UniptOptions, layout: Layout, { mask }: MethodInput): number {
  const { embedDim, reductionFactor } = options;
  const bottleneckDim = Math.floor(embedDim / reductionFactor);
  if (bottleneckDim < 1) {
    throw new UserError(
      `"reductionFactor" ${reductionFactor} leaves nothing of "embedDim" ${embedDim}; it may be ${embedDim} at most.`,
    );
  }
  if (options.norm === "batch" && mask) {
    throw new UserError(
      '"norm": "batch" would mix padding into its statistics; use "layer" for token sequences with a mask.',
    );
  }
  if (options.pooling === "cls" && layout === "grid") {
    throw new UserError('"pooling": "cls" needs a class token, which feature maps do not have; use "mean" or "max".');
  }
  return bottleneckDim;
}
