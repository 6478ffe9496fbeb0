import { UserError } from "../../errors";
import type { Value } from "../../graph/graphBuilder";
import { batchNorm } from "../../nn/layers/batchNorm";
import { layerNorm } from "../../nn/layers/layerNorm";
import { linear } from "../../nn/layers/linear";
import { type ModelScope, zeroInit } from "../../nn/modelContext";
import { sideLinear } from "./sideLinear";
import type { UniptOptions } from "./uniptOptions";

type ProjectionOptions = Pick<UniptOptions, "norm" | "initialization">;

/** A layer to project: `state` [B, N, C], `layer` its index among the hidden states. */
export interface LayerState {
  readonly state: Value;
  readonly layer: number;
}

/** Linear layer and norm, [B, N, C] → [B, N, d]. */
export function projectTokens(scope: ModelScope, tokens: Value, width: number, options: ProjectionOptions): Value {
  return normalize(scope.scope("norm"), sideLinear(scope, tokens, width, options), options.norm);
}

/**
 * Fₗ = norm( Linₗ( activation(Hₗ) ) ): layers brought to the small width, each by its own projection or all by one,
 * [B, N, C_l] → [B, N, d].
 * @throws UserError when layers of different widths are to share a projection
 */
export function downsample(
  scope: ModelScope,
  layers: readonly LayerState[],
  width: number,
  options: ProjectionOptions & Pick<UniptOptions, "downsampleActivation" | "downsampleSharing">,
): Value[] {
  const { g } = scope;
  const states = layers.map(({ state }) => activate(scope, state, options.downsampleActivation));
  if (options.downsampleSharing === "separate") {
    return layers.map(({ layer }, at) =>
      projectTokens(scope.scope(`downsample.${layer}`), states[at] as Value, width, options),
    );
  }
  checkSharedWidth(layers);
  const joined = projectTokens(scope.scope("downsample.shared"), g.concat(states, 0), width, options); // [L·B, N, d]
  const sizes = layers.map(({ state }) => state.shape[0] ?? 1);
  return sizes.length === 1 ? [joined] : g.split(joined, sizes, 0);
}

/** @throws UserError unless all layers are equally wide. */
export function checkSharedWidth(layers: readonly LayerState[]): void {
  const widths = new Set(layers.map(({ state }) => state.shape.at(-1)));
  if (widths.size <= 1) return;
  throw new UserError(
    `"downsampleSharing": "shared" needs layers of one width, but these have ${[...widths].join(", ")} channels; use "separate".`,
  );
}

export function activate({ g }: ModelScope, x: Value, activation: "none" | "relu"): Value {
  return activation === "relu" ? g.relu(x) : x;
}

/**
 * What the weighted sum goes through before the anchor is added, [B, N, d] → [B, N, d]: nothing; linear and norm (VSE∞); or
 * linear to the output width E, ReLU, linear back and norm (the transformer encoders of CLIP-ViL and MDETR).
 */
export function projectAggregate(
  scope: ModelScope,
  tokens: Value,
  options: ProjectionOptions & Pick<UniptOptions, "projection" | "embedDim">,
): Value {
  const width = tokens.shape.at(-1) ?? 1;
  switch (options.projection) {
    case "none":
      return tokens;
    case "linear":
      return projectTokens(scope, tokens, width, options);
    case "mlp": {
      const hidden = scope.g.relu(sideLinear(scope.scope("hidden"), tokens, options.embedDim, options)); // [B, N, E]
      return projectTokens(scope, hidden, width, options);
    }
  }
}

/** The way back to the full width: activation, linear layer and norm as the options say, [B, N, d] → [B, N, E]. */
export function upsample(
  scope: ModelScope,
  tokens: Value,
  options: Pick<UniptOptions, "embedDim" | "initialization" | "upsampleActivation" | "upsampleNorm">,
): Value {
  const { embedDim, initialization } = options;
  const active = activate(scope, tokens, options.upsampleActivation);
  const full =
    initialization === "zero-upsample"
      ? linear(scope, active, embedDim, { initialization: zeroInit })
      : sideLinear(scope, active, embedDim, options);
  return options.upsampleNorm === "layer" ? layerNorm(scope.scope("norm"), full) : full;
}

function normalize(scope: ModelScope, tokens: Value, norm: UniptOptions["norm"]): Value {
  switch (norm) {
    case "layer":
      return layerNorm(scope, tokens);
    case "batch":
      return batchNorm(scope, tokens);
    case "none":
      return tokens;
  }
}
