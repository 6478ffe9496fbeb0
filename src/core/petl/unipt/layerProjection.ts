import type { Value } from "../../graph/graphBuilder";
import { batchNorm } from "../../nn/layers/batchNorm";
import { layerNorm } from "../../nn/layers/layerNorm";
import { linear } from "../../nn/layers/linear";
import type { ModelScope } from "../../nn/modelContext";
import type { UniptOptions } from "./uniptOptions";

/** Fₗ = norm( Linₗ(Hₗ) ): one layer brought to the small width, [B, N, C_l] → [B, N, d]. */
export function downsample(scope: ModelScope, tokens: Value, width: number, norm: UniptOptions["norm"]): Value {
  return normalize(scope.scope("norm"), linear(scope, tokens, width), norm);
}

/**
 * What the weighted sum goes through before the anchor is added, [B, N, d] → [B, N, d]: nothing; linear and norm (VSE∞); or
 * linear to 2d, ReLU, linear back and norm (the transformer encoders of CLIP-ViL and MDETR, whose full width is 2d).
 */
export function projectAggregate(
  scope: ModelScope,
  tokens: Value,
  { projection, norm }: Pick<UniptOptions, "projection" | "norm">,
): Value {
  const width = tokens.shape.at(-1) ?? 1;
  switch (projection) {
    case "none":
      return tokens;
    case "linear":
      return downsample(scope, tokens, width, norm);
    case "mlp": {
      const hidden = scope.g.relu(linear(scope.scope("hidden"), tokens, 2 * width)); // [B, N, 2d]
      return downsample(scope, hidden, width, norm);
    }
  }
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
