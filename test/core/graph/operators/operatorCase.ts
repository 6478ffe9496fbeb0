import type { Attributes, Graph } from "../../../../src/core/graph/graph";
import { OpBuilder } from "../../../../src/core/graph/opBuilder";
import type { OpType } from "../../../../src/core/graph/opType";
import type { DataType, Shape, Tensor } from "../../../../src/core/graph/tensor";
import { sizeOf, tensor } from "../../../../src/core/graph/tensor";

/** One node with everything it needs to run. */
export interface OperatorCase {
  readonly opType: OpType;
  /** What is special about this case. */
  readonly note: string;
  readonly inputs: readonly (CaseInput | undefined)[];
  readonly attributes: Attributes;
  readonly outputCount: number;
}

/** A tensor that is fed, or one that the graph holds as a constant. */
export interface CaseInput {
  readonly value: Tensor;
  readonly isKnown: boolean;
}

export function operatorCase(
  opType: OpType,
  note: string,
  inputs: readonly (CaseInput | undefined)[],
  attributes: Attributes = {},
  outputCount = 1,
): OperatorCase {
  return { opType, note, inputs, attributes, outputCount };
}

/** A fed tensor of the given values. */
export function fed(dtype: DataType, shape: Shape, values: ArrayLike<number>): CaseInput {
  return { value: tensor(dtype, shape, values), isKnown: false };
}

/** A constant of the given values; a plain list is an int64 vector. */
export function known(values: readonly number[], dtype: DataType = "int64", shape: Shape = [values.length]): CaseInput {
  return { value: tensor(dtype, shape, values), isKnown: true };
}

/** Scattered float32 values in [low, high), the same on every run. */
export function floats(shape: Shape, low = -2, high = 2): CaseInput {
  return fed("float32", shape, scattered(sizeOf(shape), low, high));
}

/** Scattered whole numbers in [low, high). */
export function integers(shape: Shape, low = -5, high = 6, dtype: DataType = "int64"): CaseInput {
  return fed(dtype, shape, scattered(sizeOf(shape), low, high).map(Math.floor));
}

export function booleans(shape: Shape): CaseInput {
  return fed("bool", shape, scattered(sizeOf(shape), 0, 2).map(Math.floor));
}

/** Low-discrepancy values: multiples of the golden ratio modulo 1, shifted by the length so that operands differ. */
function scattered(length: number, low: number, high: number): number[] {
  return Array.from({ length }, (_, index) => low + (high - low) * ((0.37 * length + index * 0.6180339887498949) % 1));
}

/** The one-node graph of a case with its feeds: inputs `x0`, `x1`, …, outputs `y0`, `y1`, …. */
export function caseGraph({ opType, inputs, attributes, outputCount }: OperatorCase): {
  readonly graph: Graph;
  readonly feeds: Record<string, Tensor>;
} {
  const g = new OpBuilder(opType);
  const feeds: Record<string, Tensor> = {};
  const values = inputs.map((input, index) => {
    if (!input) return undefined;
    if (input.isKnown) return g.constant(input.value);
    feeds[`x${index}`] = input.value;
    return g.input(`x${index}`, input.value.dtype, input.value.shape);
  });
  const outputs = g.node(opType, values, attributes, { outputCount });
  for (const [index, output] of outputs.entries()) g.output(`y${index}`, output);
  return { graph: g.build(), feeds };
}
