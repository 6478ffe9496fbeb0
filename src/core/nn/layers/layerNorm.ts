import type { Value } from "../../graph/graphBuilder";
import { type Initialization, type ModelScope, oneInit, zeroInit } from "../modelContext";

/** Where a layer norm starts: weight 1 and bias 0 by default. */
export interface LayerNormStart {
  readonly weight: Initialization;
  readonly bias: Initialization;
}

/** Layer norm over the last axis, biased variance, learnt `weight` and `bias`. x [..., d] → [..., d]. */
export function layerNorm(scope: ModelScope, x: Value, epsilon = 1e-5, start?: LayerNormStart): Value {
  const width = x.shape.at(-1) ?? 1;
  const weight = scope.parameter("weight", [width], start?.weight ?? oneInit);
  const bias = scope.parameter("bias", [width], start?.bias ?? zeroInit);
  return scope.g.layerNormalization(x, weight, bias, epsilon);
}
