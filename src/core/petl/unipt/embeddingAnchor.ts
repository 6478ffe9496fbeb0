import type { Value } from "../../graph/graphBuilder";
import type { ModelScope } from "../../nn/modelContext";
import type { MethodInput, MethodOutput } from "../method";
import { bottleneckDim } from "./checkOptions";
import { activate, downsample, type LayerState, projectTokens } from "./layerProjection";
import { mixBeforeProjecting, mixingCommutes } from "./mixBeforeProjecting";
import { mixLayers } from "./mixLayers";
import { adaptAnchor } from "./adaptAnchor";
import { mixedLayers } from "./tappedLayers";
import type { UniptOptions } from "./uniptOptions";

/**
 * UniPT beside the backbone's own final embedding z, one token, as in CLIP4Clip (modules/module_adapter.py): every hidden
 * state is mixed, and with a full-width residual the result is added to z instead of replacing it.
 *
 *   q   = Lin( ReLU(z) ),   Fₗ = Linₗ( ReLU(Hₗ) )
 *   F′ₗ = L1( ReLU( q Fₗᵀ ⊙ m ) ) Fₗ + Fₗ[s]                s: the token that z was read from
 *   out = z + Lin( ReLU( Σₗ αₗ F′ₗ ) )                      [B, 1, E]
 *
 * Where the projections commute with the mixing, they are left until after it; `projectFirst` says otherwise.
 */
export function adaptEmbedding(
  scope: ModelScope,
  input: MethodInput,
  options: UniptOptions,
  projectFirst = !mixingCommutes(options),
): MethodOutput {
  const { mask, position } = input;
  const width = bottleneckDim(options);
  const embedding = embeddingToken(scope, input); // [B, 1, E]
  const anchorScope = scope.scope("downsample.anchor");
  const active = activate(scope, embedding, options.downsampleActivation);
  const anchorTokens = projectTokens(anchorScope, active, width, options); // [B, 1, d]
  const layers = mixedLayers(input.hiddenStates.length, options);
  const states = layers.map((layer): LayerState => ({ layer, state: input.hiddenStates[layer] as Value }));
  const { aggregate, confidence } = projectFirst
    ? mixLayers(
        scope,
        { anchorTokens, targetTokens: downsample(scope, states, width, options), mask, position },
        options,
      )
    : mixBeforeProjecting(scope, { anchorTokens, states, mask, position }, options);
  const tokens = adaptAnchor(scope, { anchorTokens, aggregate, rawAnchor: embedding }, options);
  return { tokens, confidence, confidenceLayers: layers };
}

/** The embedding as a sequence of one token. */
function embeddingToken({ g }: ModelScope, { embedding }: MethodInput): Value {
  if (!embedding) throw new Error("There is no embedding.");
  const [batch = 1] = embedding.shape;
  return g.reshape(embedding, [batch, 1, embedding.shape.at(-1) ?? 1]);
}
