import { broadcastShapes } from "../geometry/broadcast";
import { stringAttribute } from "../graph";
import type { OpType } from "../opType";
import type { DataType } from "../tensor";
import { dataTypes } from "../tensor";
import { describe, isFloat, operand, refuse, sameShape } from "./operands";
import type { InferenceRule } from "./rule";

/** The result is like the input, of any element type. */
const same: InferenceRule = (context) => [operand(context, 0, "X")];

/** The result is like the input, which holds floats. */
const sameFloat: InferenceRule = (context) => {
  const x = operand(context, 0, "X");
  if (!isFloat(x.dtype)) refuse(context, "floats", describe(x));
  return [x];
};

const not: InferenceRule = (context) => {
  const x = operand(context, 0, "X");
  if (x.dtype !== "bool") refuse(context, "bool", describe(x));
  return [x];
};

const isNaN: InferenceRule = (context) => [{ ...operand(context, 0, "X"), dtype: "bool" }];

const cast: InferenceRule = (context) => {
  const to = stringAttribute(context.attributes, "to", "");
  const dtype = dataTypes.find((name): name is DataType => name === to);
  if (!dtype) refuse(context, `attribute "to" to be one of ${dataTypes.join(", ")}`, `"${to}"`);
  return [{ ...operand(context, 0, "X"), dtype }];
};

const clip: InferenceRule = (context) => {
  const x = operand(context, 0, "X");
  for (const [index, name] of [
    [1, "min"],
    [2, "max"],
  ] as const) {
    const bound = context.inputs[index];
    // Exporters write [1] where the standard says scalar; runtimes take both.
    if (bound && (bound.dtype !== x.dtype || bound.shape.some((size) => size !== 1)))
      refuse(context, `${name} to be one ${x.dtype}`, describe(bound));
  }
  return [x];
};

/** The slope broadcasts to X but never widens it. */
const pRelu: InferenceRule = (context) => {
  const [x, slope] = [operand(context, 0, "X"), operand(context, 1, "slope")];
  const shape = broadcastShapes(x.shape, slope.shape);
  if (slope.dtype !== x.dtype || !shape || !sameShape(shape, x.shape))
    refuse(context, `a slope that broadcasts to ${describe(x)}`, describe(slope));
  return [x];
};

export const elementwiseInference = {
  Abs: same,
  Neg: same,
  Sign: same,
  Identity: same,
  Relu: same,
  Exp: sameFloat,
  Log: sameFloat,
  Sqrt: sameFloat,
  Reciprocal: sameFloat,
  Sin: sameFloat,
  Cos: sameFloat,
  Erf: sameFloat,
  Floor: sameFloat,
  Ceil: sameFloat,
  Round: sameFloat,
  LeakyRelu: sameFloat,
  Elu: sameFloat,
  Softplus: sameFloat,
  Sigmoid: sameFloat,
  Tanh: sameFloat,
  Gelu: sameFloat,
  HardSigmoid: sameFloat,
  HardSwish: sameFloat,
  Not: not,
  IsNaN: isNaN,
  PRelu: pRelu,
  Clip: clip,
  Cast: cast,
} as const satisfies Partial<Record<OpType, InferenceRule>>;
