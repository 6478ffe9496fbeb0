import type { Value } from "../../graph/graphBuilder";
import type { ModelScope } from "../../nn/modelContext";
import type { MethodInput, MethodOutput } from "../method";
import { addAnchor } from "./adaptAnchor";
import { bottleneckDim } from "./checkOptions";
import { downsample, projectTokens, upsample } from "./layerProjection";
import { type LayerStack, mixLayers } from "./mixLayers";
import { parallelInteraction } from "./parallelInteraction";
import { mixedLayers } from "./tappedLayers";
import type { UniptOptions } from "./uniptOptions";

/**
 * UniPT beside an encoder and a decoder, as in MDETR (models/transformer.py): the encoder's layers are mixed into a memory at
 * the small width, the decoder's layers read that memory (cross step) and are then mixed in the same way.
 *
 *   M   = F_N + projection( Σₗ αₗ Mₗ Fₗ )                          encoder, [B, N, d]
 *   Dⱼ ← Dⱼ + norm( Lin( L1( ReLU( Dⱼ Mᵀ ⊙ m ) ) M ) )             cross step: no identity, queries × memory tokens
 *   out = norm( Lin( ReLU( D_N + projection( Σⱼ αⱼ Mⱼ Dⱼ ) ) ) )    [B, Q, E]; the Dⱼ go the same way for auxiliary losses
 */
export function adaptEncoderDecoder(scope: ModelScope, input: MethodInput, options: UniptOptions): MethodOutput {
  const { g } = scope;
  const { hiddenStates, mask, decoderStates = [] } = input;
  const encoderScope = scope.scope("encoder");
  const encoder = projectStack(encoderScope, hiddenStates, options);
  const encoderMix = mixLayers(encoderScope, { ...encoder, mask }, options);
  const memory = addAnchor(
    encoderScope,
    { anchorTokens: encoder.anchorTokens, aggregate: encoderMix.aggregate },
    options,
  ); // [B, N, d]

  const decoderScope = scope.scope("decoder");
  const decoder = crossStep(decoderScope, projectStack(decoderScope, decoderStates, options), memory, mask, options);
  const { aggregate, confidence } = mixLayers(decoderScope, decoder, options);
  const final = addAnchor(decoderScope, { anchorTokens: decoder.anchorTokens, aggregate }, options); // [B, Q, d]
  const all = [...decoder.targetTokens, final];
  const outputs = upsample(scope.scope("upsample"), g.concat(all, 0), options); // [(L′ + 1)·B, Q, E]
  const parts = g.split(
    outputs,
    all.map(({ shape }) => shape[0] ?? 1),
    0,
  );
  return {
    tokens: parts.at(-1) as Value,
    confidence: encoderMix.confidence,
    confidenceLayers: encoder.layers,
    decoder: { auxiliaryTokens: parts.slice(0, -1), memory, confidence, confidenceLayers: decoder.layers },
  };
}

interface ProjectedStack extends LayerStack {
  /** Index of each target among the hidden states. */
  readonly layers: readonly number[];
}

/** The last hidden state and the tapped ones below it at the small width. */
function projectStack(scope: ModelScope, states: readonly Value[], options: UniptOptions): ProjectedStack {
  const last = states.length - 1;
  const layers = mixedLayers(states.length, options);
  const [anchorTokens, ...targetTokens] = downsample(
    scope,
    [last, ...layers].map((layer) => ({ layer, state: states[layer] as Value })),
    bottleneckDim(options),
    options,
  );
  return { anchorTokens: anchorTokens as Value, targetTokens, layers };
}

/** Lets the decoder's layers read the encoder's memory [B, N, d], as far as the options say. */
function crossStep(
  scope: ModelScope,
  stack: ProjectedStack,
  memory: Value,
  mask: Value | undefined,
  options: UniptOptions,
): ProjectedStack {
  if (options.crossStep === "off") return stack;
  const { g } = scope;
  const columnMask = mask && g.unsqueeze(mask, [1]); // [B, 1, N]
  const read = (tokens: Value, name: string): Value => {
    const cross = scope.scope(`cross.${name}`);
    const attention = parallelInteraction(g, tokens, memory, columnMask, { ...options, interaction: "attention" });
    const context = g.matMul(attention as Value, memory); // [B, Q, d]
    return g.add(tokens, projectTokens(cross, context, tokens.shape.at(-1) ?? 1, options));
  };
  const targetTokens = stack.targetTokens.map((tokens, at) => read(tokens, String(stack.layers[at])));
  if (options.crossStep === "targets") return { ...stack, targetTokens };
  return { ...stack, targetTokens, anchorTokens: read(stack.anchorTokens, "anchor") };
}
