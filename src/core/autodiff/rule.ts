import type { GraphNode } from "../graph/graph";
import type { Value } from "../graph/graphBuilder";
import type { OpBuilder } from "../graph/opBuilder";

export interface VjpContext {
  readonly g: OpBuilder;
  readonly node: GraphNode;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  /** One per output; undefined where nothing downstream of that output reaches the loss. */
  readonly cotangents: readonly (Value | undefined)[];
  /** Whether input `index` lies on a path from a parameter: only those need a cotangent. */
  readonly needs: (index: number) => boolean;
}

/**
 * A vector-Jacobian product: from the cotangents of a node's outputs, those of its inputs, as new nodes of the same graph.
 * One entry per input; undefined where none is needed or the input has no derivative (indices, shapes).
 */
export type VjpRule = (context: VjpContext) => readonly (Value | undefined)[];

/** Why an operator has no derivative, e.g. "piecewise constant". Its inputs simply receive no cotangent. */
export interface NotDifferentiable {
  readonly reason: string;
}

export function notDifferentiable(reason: string): NotDifferentiable {
  return { reason };
}
