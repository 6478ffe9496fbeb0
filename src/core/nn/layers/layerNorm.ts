import type { Value } from "../../graph/graphBuilder";
import { type ModelScope, oneInit, zeroInit } from "../modelContext";

/** Layer norm over the last axis, biased variance, learnt `weight` and `bias`. x [..., d] → [..., d]. */
export function layerNorm(scope: ModelScope, x: Value, epsilon = 1e-5): Value {
  const width = x.shape.at(-1) ?? 1;
  const weight = scope.parameter("weight", [width], oneInit);
  const bias = scope.parameter("bias", [width], zeroInit);
  return scope.g.layerNormalization(x, weight, bias, epsilon);
}
