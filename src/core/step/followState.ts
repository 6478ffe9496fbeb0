import type { Value } from "../graph/graphBuilder";
import type { OpBuilder } from "../graph/opBuilder";
import type { StateLink, StepGraph } from "./stepGraph";

/** The average of one state tensor. */
export interface FollowedState {
  /** The tensor that is followed. */
  readonly name: string;
  /** Name of the graph input that holds the average before the step. */
  readonly average: string;
  readonly next: Value;
}

/**
 * Running averages of state tensors, as MDETR evaluates (util/optim.py): ā ← decay · ā + (1 − decay) · next value, starting from
 * the first value.
 *
 * @param nextValues of the tensors after this step, by name
 * @param isLast bool scalar that says whether this step updates at all; every step does by default
 */
export function followState(
  g: OpBuilder,
  nextValues: readonly (readonly [name: string, next: Value])[],
  decay: number,
  isLast?: Value,
): FollowedState[] {
  return nextValues.map(([name, value]) => {
    const average = `${name}.average`;
    const before = g.input(average, "float32", value.shape);
    const next = g.add(g.mul(before, g.scalar(decay)), g.mul(value, g.scalar(1 - decay)));
    return { name, average, next: isLast ? g.where(isLast, next, before) : next };
  });
}

/** Names of the averages that a step keeps, by the tensors that they follow; empty when it keeps none. */
export function averagesOf({ state }: Pick<StepGraph, "state">): ReadonlyMap<string, string> {
  return new Map(
    state.flatMap(({ input, follows }: StateLink) => (follows === undefined ? [] : [[follows, input] as const])),
  );
}
