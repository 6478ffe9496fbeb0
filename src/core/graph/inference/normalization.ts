import { intAttribute } from "../graph";
import { broadcastShapes } from "../geometry/broadcast";
import type { OpType } from "../opType";
import { axisAttribute, describe, expectType, isFloat, operand, operandOfRank, refuse, sameShape } from "./operands";
import type { InferenceContext, InferenceRule, StaticType } from "./rule";

function floats(context: InferenceContext, rank: number): StaticType {
  const x = operandOfRank(context, 0, "X", rank);
  if (!isFloat(x.dtype)) refuse(context, "floats", describe(x));
  return x;
}

/** X [B, C, ...], four statistics [C]. Training mode is composed from primitives elsewhere. */
const batchNormalization: InferenceRule = (context) => {
  const x = floats(context, 2);
  if (intAttribute(context.attributes, "training_mode", 0) !== 0)
    refuse(context, "training_mode 0", "training_mode 1, which is built from simpler operators");
  for (const [index, name] of ["scale", "B", "input_mean", "input_var"].entries()) {
    operand(context, index + 1, name);
    expectType(context, index + 1, name, x.dtype, x.shape.slice(1, 2));
  }
  return [x];
};

const instanceNormalization: InferenceRule = (context) => {
  const x = floats(context, 3);
  for (const [index, name] of ["scale", "B"].entries()) {
    operand(context, index + 1, name);
    expectType(context, index + 1, name, x.dtype, x.shape.slice(1, 2));
  }
  return [x];
};

/** Outputs Y, and on demand the mean and the inverse standard deviation, X's shape with 1 along the normalised axes. */
const layerNormalization: InferenceRule = (context) => {
  const x = floats(context, 1);
  const axis = axisAttribute(context, -1, x.shape.length);
  for (const [index, name] of ["Scale", "B"].entries()) {
    const affine = index === 0 ? operand(context, 1, name) : context.inputs[2];
    if (affine && !sameShape(broadcastShapes(affine.shape, x.shape) ?? [], x.shape))
      refuse(context, `${name} to broadcast to X ${describe(x)}`, describe(affine));
  }
  const statistics: StaticType = {
    dtype: x.dtype === "float16" ? "float32" : x.dtype,
    shape: x.shape.map((size, at) => (at < axis ? size : 1)),
  };
  return [x, statistics, statistics].slice(0, context.outputCount);
};

const softmax: InferenceRule = (context) => {
  const x = floats(context, 1);
  axisAttribute(context, -1, x.shape.length);
  return [x];
};

export const normalizationInference = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  Softmax: softmax,
  LogSoftmax: softmax,
} as const satisfies Partial<Record<OpType, InferenceRule>>;
