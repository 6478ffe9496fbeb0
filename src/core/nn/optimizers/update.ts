import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";

/** One tensor to update: a parameter, or several small ones joined. */
export interface UpdateTarget {
  /** Prefix of the names of its moments. */
  readonly name: string;
  readonly parameter: Value;
  /** Gradient as differentiation gave it, of the parameter's shape. */
  readonly gradient: Value;
  /** Whether weight decay applies. */
  readonly decays: boolean;
  /** What the learning rate is multiplied with. */
  readonly learningRateFactor: number;
}

export interface UpdateContext {
  readonly g: OpBuilder;
  readonly targets: readonly UpdateTarget[];
  /** Float64 scalar. */
  readonly learningRate: Value;
  /** Float64 scalar: the number of updates done, this one included (1 at the first). */
  readonly updateCount: Value;
  /** Float32 scalar that the gradient is multiplied with; undefined without clipping. */
  readonly gradientScale: Value | undefined;
}

/** State of an optimizer: a graph input (all zeros before the first update) and its next value. */
export interface Moment {
  readonly input: Value;
  readonly next: Value;
}

export interface Update {
  /** Next values, in the order of the targets. */
  readonly parameters: readonly Value[];
  readonly moments: readonly Moment[];
}

export function scaledGradient({ g, gradientScale }: UpdateContext, gradient: Value): Value {
  return gradientScale ? g.mul(gradient, gradientScale) : gradient;
}
