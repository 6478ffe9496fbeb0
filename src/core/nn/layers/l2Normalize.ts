import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";

/** How a vector's length is kept away from 0: x / (‖x‖ + ε) or x / max(‖x‖, ε). */
export interface L2Convention {
  readonly kind: "add" | "clamp";
  readonly epsilon: number;
}

/** VSE∞ (and the retrieval task here): x / (‖x‖ + 1e-8). */
export const vseInfinityL2: L2Convention = { kind: "add", epsilon: 1e-8 };

/** CLIP4Clip: x / max(‖x‖, 1e-6). */
export const clip4ClipL2: L2Convention = { kind: "clamp", epsilon: 1e-6 };

/** MDETR (torch's normalize): x / max(‖x‖, 1e-12). */
export const mdetrL2: L2Convention = { kind: "clamp", epsilon: 1e-12 };

/** Scales vectors along the last axis to length 1. x [..., E] → [..., E]. */
export function l2Normalize(g: OpBuilder, x: Value, convention: L2Convention): Value {
  const length = g.sqrt(g.reduceSum(g.mul(x, x), [x.shape.length - 1], true)); // [..., 1]
  const epsilon = g.scalar(convention.epsilon);
  return g.div(x, convention.kind === "add" ? g.add(length, epsilon) : g.max(length, epsilon));
}
