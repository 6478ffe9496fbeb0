import type { Value } from "../graph/graphBuilder";
import type { OpBuilder } from "../graph/opBuilder";
import { sizeOf } from "../graph/tensor";
import type { UpdateTarget } from "../nn/optimizers/update";

export interface NamedGradient {
  readonly name: string;
  readonly parameter: Value;
  readonly gradient: Value;
  readonly decays: boolean;
  readonly learningRateFactor: number;
}

/** Parameters of at most this many elements are updated together. */
const SMALL_SIZE = 8192;

/**
 * What the optimizer updates. A step runs a dozen nodes per target, and for a bias their overhead exceeds their work by far,
 * so small parameters are joined end to end into one target (one for each combination of decay and learning rate).
 */
export interface ParameterBundles {
  readonly targets: readonly UpdateTarget[];
  /** Takes the targets' next values apart again: next value by parameter name. */
  split(next: readonly Value[]): Map<string, Value>;
}

export function bundleParameters(
  g: OpBuilder,
  gradients: readonly NamedGradient[],
  smallSize = SMALL_SIZE,
): ParameterBundles {
  const isSmall = ({ parameter }: NamedGradient): boolean => sizeOf(parameter.shape) <= smallSize;
  const groups = gradients.filter((entry) => !isSmall(entry)).map((entry) => [entry]);
  for (const factor of new Set(gradients.map(({ learningRateFactor }) => learningRateFactor))) {
    for (const decays of [true, false]) {
      const small = gradients.filter(
        (entry) => isSmall(entry) && entry.decays === decays && entry.learningRateFactor === factor,
      );
      if (small.length > 0) groups.push(small);
    }
  }
  const targets = groups.map((members) => target(g, members));
  const split = (next: readonly Value[]): Map<string, Value> => {
    const values = new Map<string, Value>();
    groups.forEach((members, index) => {
      const whole = next[index];
      if (!whole) throw new Error("The optimizer left a target out.");
      const sizes = members.map(({ parameter }) => sizeOf(parameter.shape));
      const parts = members.length === 1 ? [whole] : g.split(whole, sizes, 0);
      members.forEach(({ name, parameter }, at) => {
        const part = parts[at];
        if (part) values.set(name, g.reshape(part, parameter.shape));
      });
    });
    return values;
  };
  return { targets, split };
}

function target(g: OpBuilder, members: readonly NamedGradient[]): UpdateTarget {
  const [first] = members;
  if (!first) throw new Error("A bundle of no parameters.");
  const { decays, learningRateFactor } = first;
  if (members.length === 1) {
    const { name, parameter, gradient } = first;
    return { name: `optimizer.${name}`, parameter, gradient, decays, learningRateFactor };
  }
  const joined = (values: readonly Value[]): Value =>
    g.concat(
      values.map((value) => g.reshape(value, [sizeOf(value.shape)])),
      0,
    );
  return {
    name: `optimizer.small${decays ? "" : ".noDecay"}${learningRateFactor === 1 ? "" : `.times${learningRateFactor}`}`,
    parameter: joined(members.map(({ parameter }) => parameter)),
    gradient: joined(members.map(({ gradient }) => gradient)),
    decays,
    learningRateFactor,
  };
}
