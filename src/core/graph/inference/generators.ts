import { normalizeAxis } from "../geometry/broadcast";
import { intAttribute, stringAttribute } from "../graph";
import type { OpType } from "../opType";
import { dataTypes } from "../tensor";
import { describe, describeAll, knownNumbers, operand, operandOfRank, refuse } from "./operands";
import type { InferenceRule } from "./rule";

/** Keeps one triangle of the last two axes; a computed diagonal `k` is fine, since it changes no shape. */
const trilu: InferenceRule = (context) => [operandOfRank(context, 0, "input", 2)];

/** Indices become vectors of `depth` entries along a new axis, of the type of `values` = [off, on]. */
const oneHot: InferenceRule = (context) => {
  const indices = operand(context, 0, "indices");
  const [depth = 0] = knownNumbers(context, 1, "depth");
  const values = operand(context, 2, "values");
  const rank = indices.shape.length + 1;
  const given = intAttribute(context.attributes, "axis", -1);
  const axis = normalizeAxis(given, rank) ?? refuse(context, `an axis in [${-rank}, ${rank})`, `${given}`);
  return [{ dtype: values.dtype, shape: [...indices.shape.slice(0, axis), depth, ...indices.shape.slice(axis)] }];
};

const range: InferenceRule = (context) => {
  const operands = ["start", "limit", "delta"].map((name, index) => operand(context, index, name));
  const [start = 0, limit = 0, delta = 1] = ["start", "limit", "delta"].flatMap((name, index) =>
    knownNumbers(context, index, name).slice(0, 1),
  );
  const { dtype } = operand(context, 0, "start");
  if (operands.some((type) => type.dtype !== dtype)) refuse(context, "one element type", describeAll(operands));
  if (delta === 0) refuse(context, "a delta other than 0", "0");
  return [{ dtype, shape: [Math.max(0, Math.ceil((limit - start) / delta))] }];
};

/** The fill value is a one-element tensor attribute, float32 zero when absent. */
const constantOfShape: InferenceRule = (context) => {
  const shape = knownNumbers(context, 0, "input");
  if (shape.some((size) => size < 0)) refuse(context, "sizes of at least 0", `[${shape.join(", ")}]`);
  const value = context.attributes["value"];
  return [{ dtype: value?.kind === "tensor" ? value.value.dtype : "float32", shape }];
};

const eyeLike: InferenceRule = (context) => {
  const input = operandOfRank(context, 0, "input", 2);
  if (input.shape.length !== 2) refuse(context, "a matrix", describe(input));
  const to = stringAttribute(context.attributes, "dtype", input.dtype);
  const dtype = dataTypes.find((name) => name === to) ?? refuse(context, "a known element type", `"${to}"`);
  return [{ dtype, shape: input.shape }];
};

export const generatorInference = {
  Trilu: trilu,
  OneHot: oneHot,
  Range: range,
  ConstantOfShape: constantOfShape,
  EyeLike: eyeLike,
} as const satisfies Partial<Record<OpType, InferenceRule>>;
