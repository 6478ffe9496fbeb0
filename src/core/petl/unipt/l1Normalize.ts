import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import type { UniptOptions } from "./uniptOptions";

/** Divides non-negative weights by their sum along the last axis, which epsilon keeps away from 0. */
export function l1Normalize(
  g: OpBuilder,
  weights: Value,
  { epsilon, epsilonConvention }: Pick<UniptOptions, "epsilon" | "epsilonConvention">,
): Value {
  const sum = g.reduceSum(weights, [weights.shape.length - 1], true);
  return g.div(weights, epsilonConvention === "add" ? g.add(sum, g.scalar(epsilon)) : g.max(sum, g.scalar(epsilon)));
}
