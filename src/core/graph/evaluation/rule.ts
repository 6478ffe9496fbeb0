import type { Attributes } from "../graph";
import type { StaticType } from "../inference/rule";
import type { Tensor } from "../tensor";

export interface EvaluationContext {
  readonly opType: string;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly attributes: Attributes;
  /** Types of the outputs as shape inference gave them, with float64 for float32 where the interpreter works in double. */
  readonly outputTypes: readonly StaticType[];
}

/** Plain, slow, obviously right evaluation of one operator; sums are accumulated in double precision. */
export type EvaluationRule = (context: EvaluationContext) => readonly Tensor[];
