import { broadcastShapes } from "../geometry/broadcast";
import type { OpType } from "../opType";
import type { DataType, Shape } from "../tensor";
import { describe, describeAll, operand, refuse } from "./operands";
import type { InferenceContext, InferenceRule, StaticType } from "./rule";

function broadcast(context: InferenceContext, operands: readonly StaticType[]): Shape {
  return (
    broadcastShapes(...operands.map(({ shape }) => shape)) ??
    refuse(context, "shapes that broadcast", describeAll(operands))
  );
}

function pair(context: InferenceContext): [StaticType, StaticType] {
  const [a, b] = [operand(context, 0, "A"), operand(context, 1, "B")];
  if (a.dtype !== b.dtype) refuse(context, "operands of one element type", describeAll([a, b]));
  return [a, b];
}

const arithmetic: InferenceRule = (context) => {
  const [a, b] = pair(context);
  if (a.dtype === "bool") refuse(context, "numbers", describeAll([a, b]));
  return [{ dtype: a.dtype, shape: broadcast(context, [a, b]) }];
};

/** The exponent may have another element type; the result has the base's. */
const power: InferenceRule = (context) => {
  const operands = [operand(context, 0, "X"), operand(context, 1, "Y")] as const;
  return [{ dtype: operands[0].dtype, shape: broadcast(context, operands) }];
};

const comparison: InferenceRule = (context) => [{ dtype: "bool", shape: broadcast(context, pair(context)) }];

const logical: InferenceRule = (context) => {
  const operands = pair(context);
  if (operands[0].dtype !== "bool") refuse(context, "bool operands", describeAll(operands));
  return [{ dtype: "bool", shape: broadcast(context, operands) }];
};

/** Min and Max take one or more operands. */
const variadic: InferenceRule = (context) => {
  const first = operand(context, 0, "data_0");
  const operands = context.inputs.map((_, index) => operand(context, index, `data_${index}`));
  if (operands.some(({ dtype }) => dtype !== first.dtype))
    refuse(context, "operands of one element type", describeAll(operands));
  return [{ dtype: first.dtype, shape: broadcast(context, operands) }];
};

const where: InferenceRule = (context) => {
  const [condition, x, y] = [operand(context, 0, "condition"), operand(context, 1, "X"), operand(context, 2, "Y")];
  if (condition.dtype !== "bool") refuse(context, "a bool condition", describe(condition));
  if (x.dtype !== y.dtype) refuse(context, "branches of one element type", describeAll([x, y]));
  const dtype: DataType = x.dtype;
  return [{ dtype, shape: broadcast(context, [condition, x, y]) }];
};

export const broadcastingInference = {
  Add: arithmetic,
  Sub: arithmetic,
  Mul: arithmetic,
  Div: arithmetic,
  Mod: arithmetic,
  Pow: power,
  Min: variadic,
  Max: variadic,
  Equal: comparison,
  Greater: comparison,
  GreaterOrEqual: comparison,
  Less: comparison,
  LessOrEqual: comparison,
  And: logical,
  Or: logical,
  Xor: logical,
  Where: where,
} as const satisfies Partial<Record<OpType, InferenceRule>>;
