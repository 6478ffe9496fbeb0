import type { Attributes } from "../graph";
import type { DataType, Shape, Tensor } from "../tensor";

/** A value whose shape is fully known: the only kind that builders and gradients work with. */
export interface StaticType {
  readonly dtype: DataType;
  readonly shape: Shape;
}

export interface InferenceContext {
  readonly opType: string;
  /** Undefined at the place of an omitted optional input. */
  readonly inputs: readonly (StaticType | undefined)[];
  readonly attributes: Attributes;
  readonly outputCount: number;
  /** The value of input `index` when it is known while the graph is being built (target shapes, axes, pads). */
  constant(index: number): Tensor | undefined;
}

/**
 * Types of a node's outputs, given those of its inputs.
 * @throws ShapeError naming the operator, what was expected and what came.
 */
export type InferenceRule = (context: InferenceContext) => readonly StaticType[];

export class ShapeError extends Error {
  override readonly name: string = "ShapeError";
}

/** A shape follows from the value of an input that is only computed at run time. */
export class DataDependentShapeError extends ShapeError {
  override readonly name = "DataDependentShapeError";
}
