import type { Value } from "../../graph/graphBuilder";
import type { ModelScope } from "../../nn/modelContext";
import type { MethodInput, MethodOutput, PetlMethod } from "../method";
import { adaptAnchor } from "./adaptAnchor";
import { bottleneckDim, checkOptions } from "./checkOptions";
import { adaptEmbedding } from "./embeddingAnchor";
import { adaptEncoderDecoder } from "./encoderDecoder";
import { gridTokens, type Layout, layoutOf } from "./hiddenStateTokens";
import { downsample, type LayerState } from "./layerProjection";
import { mixLayers } from "./mixLayers";
import { preInteraction } from "./preInteraction";
import { mixedLayers } from "./tappedLayers";
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
 * Feature maps are brought to the size of the last one by the pre-interaction and then treated as tokens, row by row. The
 * anchor may also be the backbone's final embedding (CLIP4Clip), and an encoder-decoder backbone is adapted in two such steps
 * (MDETR); both are made of the same functions.
 */
export const unipt: PetlMethod<UniptConfig> = { name: "unipt", config: UniptConfig, build: buildUnipt };

function buildUnipt(scope: ModelScope, input: MethodInput, config: UniptConfig): MethodOutput {
  const layout = layoutOf(input);
  const options = resolveUniptOptions(config, layout);
  checkOptions(options, layout, input);
  if (layout === "encoder-decoder") return adaptEncoderDecoder(scope, input, options);
  if (options.anchor === "embedding") return adaptEmbedding(scope, input, options);
  return adaptLastLayer(scope, input, layout, options);
}

function adaptLastLayer(scope: ModelScope, input: MethodInput, layout: Layout, options: UniptOptions): MethodOutput {
  const { mask, position } = input;
  const layers = mixedLayers(input.hiddenStates.length, options);
  const states = statesAsTokens(scope, input, layout, layers, options); // [B, N, C_l]
  const projected = downsample(scope, states, bottleneckDim(options), options); // [B, N, d]
  const [anchorTokens, ...targetTokens] = projected as [Value, ...Value[]];
  const { aggregate, confidence } = mixLayers(scope, { anchorTokens, targetTokens, mask, position }, options);
  const rawAnchor = states[0]?.state as Value;
  const tokens = adaptAnchor(scope, { anchorTokens, aggregate, rawAnchor }, options); // [B, N, E]
  return { tokens, mask, confidence, confidenceLayers: layers };
}

/** The guide's hidden state, then those of `layers`, all as [B, N, C_l] with the N of the guide. */
function statesAsTokens(
  scope: ModelScope,
  { hiddenStates }: MethodInput,
  layout: Layout,
  layers: readonly number[],
  options: UniptOptions,
): LayerState[] {
  const state = (layer: number): Value => {
    const value = hiddenStates[layer];
    if (!value) throw new RangeError(`There is no hidden state ${layer}.`);
    return value;
  };
  const guide = hiddenStates.length - 1;
  const last = state(guide);
  if (layout === "tokens") return [guide, ...layers].map((layer) => ({ layer, state: state(layer) }));
  const [, , height = 1, width = 1] = last.shape;
  const guideTokens = gridTokens(scope.g, last); // [B, h·w, C]
  const pooled = layers.map((layer) => ({
    layer,
    state: preInteraction(scope.scope(`guideLift.${layer}`), state(layer), guideTokens, [height, width], options),
  }));
  return [{ layer: guide, state: guideTokens }, ...pooled];
}
