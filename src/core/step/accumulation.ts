import type { Value } from "../graph/graphBuilder";
import type { OpBuilder } from "../graph/opBuilder";
import type { Moment, Update, UpdateTarget } from "../nn/optimizers/update";

/** Gradients of several steps averaged into one update. */
export interface Accumulation {
  /** The targets with the gradients' mean so far. */
  readonly targets: readonly UpdateTarget[];
  /** Float64 scalar: updates done before this step. */
  readonly updatesDone: Value;
  /** Bool scalar: whether this step is the last of a group. */
  readonly isLast: Value;
  /** What the update changes, at the last step of each group; before that everything stays and the gradients are kept. */
  readonly apply: (update: Update) => Update;
}

/**
 * Spreads each update over `count` steps, whose gradients are averaged: the update of a batch `count` times as large, as far
 * as losses are means over samples.
 * @param step int64 scalar: steps done before this one
 */
export function accumulateGradients(
  g: OpBuilder,
  targets: readonly UpdateTarget[],
  step: Value,
  count: number,
): Accumulation {
  const stepsDone = g.cast(step, "float64");
  const divisor = g.scalar(count, "float64");
  const updatesDone = g.op("Floor", [g.div(stepsDone, divisor)]);
  const withThis = g.add(stepsDone, g.scalar(1, "float64"));
  const isLast = g.equal(g.op("Floor", [g.div(withThis, divisor)]), g.div(withThis, divisor));
  const zero = g.scalar(0);
  const sums: Moment[] = [];
  const accumulated = targets.map((target) => {
    const input = g.input(`${target.name}.gradientSum`, "float32", target.parameter.shape);
    const gradient = g.add(input, g.mul(target.gradient, g.scalar(1 / count)));
    sums.push({ input, next: g.where(isLast, zero, gradient) });
    return { ...target, gradient };
  });
  const apply = ({ parameters, moments }: Update): Update => ({
    parameters: parameters.map((next, at) => g.where(isLast, next, targets[at]?.parameter ?? next)),
    moments: [...moments.map(({ input, next }) => ({ input, next: g.where(isLast, next, input) })), ...sums],
  });
  return { targets: accumulated, updatesDone, isLast, apply };
}
