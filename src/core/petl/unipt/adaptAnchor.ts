import type { Value } from "../../graph/graphBuilder";
import type { ModelScope } from "../../nn/modelContext";
import { projectAggregate, upsample } from "./layerProjection";
import type { UniptOptions } from "./uniptOptions";

export interface AnchorInput {
  /** F_N [B, N, d]. */
  readonly anchorTokens: Value;
  /** Σₗ αₗ Mₗ Fₗ [B, N, d]. */
  readonly aggregate: Value;
}

/** F_N + projection( Σₗ αₗ Mₗ Fₗ ) at the small width, without F_N where the options add it elsewhere or not at all. */
export function addAnchor(scope: ModelScope, { anchorTokens, aggregate }: AnchorInput, options: UniptOptions): Value {
  const projected = projectAggregate(scope.scope("projection"), aggregate, options);
  return options.residual === "bottleneck" ? scope.g.add(anchorTokens, projected) : projected;
}

/**
 * The adapted feature at full width, [B, N, d] → [B, N, E], on top of the anchor as the backbone gives it (`rawAnchor`
 * [B, N, E]) where the options say so.
 */
export function adaptAnchor(
  scope: ModelScope,
  input: AnchorInput & { readonly rawAnchor: Value },
  options: UniptOptions,
): Value {
  const full = upsample(scope.scope("upsample"), addAnchor(scope, input, options), options);
  return options.residual === "full-width" ? scope.g.add(input.rawAnchor, full) : full;
}
