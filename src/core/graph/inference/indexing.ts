import { intAttribute } from "../graph";
import type { OpType } from "../opType";
import { axisAttribute, describe, describeAll, operand, operandOfRank, refuse, sameShape } from "./operands";
import type { InferenceContext, InferenceRule, StaticType } from "./rule";

function indexOperand(context: InferenceContext, rank: number): StaticType {
  const indices = operandOfRank(context, 1, "indices", rank);
  if (indices.dtype !== "int64" && indices.dtype !== "int32")
    refuse(context, "int64 or int32 indices", describe(indices));
  return indices;
}

/** The axis is replaced by the axes of the indices. */
const gather: InferenceRule = (context) => {
  const data = operandOfRank(context, 0, "data", 1);
  const indices = indexOperand(context, 0);
  const axis = axisAttribute(context, 0, data.shape.length);
  return [
    { dtype: data.dtype, shape: [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)] },
  ];
};

const gatherElements: InferenceRule = (context) => {
  const data = operandOfRank(context, 0, "data", 1);
  const indices = indexOperand(context, 1);
  checkAligned(context, data, indices);
  return [{ dtype: data.dtype, shape: indices.shape }];
};

/** Indices may be narrower than the data on every axis but the indexed one, where any number is allowed. */
function checkAligned(context: InferenceContext, data: StaticType, indices: StaticType): void {
  const axis = axisAttribute(context, 0, data.shape.length);
  const fits =
    indices.shape.length === data.shape.length &&
    indices.shape.every((size, at) => at === axis || size <= (data.shape[at] ?? 0));
  if (!fits) refuse(context, `indices within the data's shape except on axis ${axis}`, describeAll([data, indices]));
}

/** data [batch.., d₁ … dₖ, rest..], indices [batch.., n.., k] → [batch.., n.., rest..]. */
const gatherND: InferenceRule = (context) => {
  const data = operandOfRank(context, 0, "data", 1);
  const indices = indexOperand(context, 1);
  const batchRank = intAttribute(context.attributes, "batch_dims", 0);
  const depth = indices.shape.at(-1) ?? 0;
  if (
    batchRank + depth > data.shape.length ||
    batchRank >= indices.shape.length ||
    !sameShape(data.shape.slice(0, batchRank), indices.shape.slice(0, batchRank))
  )
    refuse(context, "index tuples no longer than the data's rank, equal batch sizes", describeAll([data, indices]));
  return [{ dtype: data.dtype, shape: [...indices.shape.slice(0, -1), ...data.shape.slice(batchRank + depth)] }];
};

const scatterElements: InferenceRule = (context) => {
  const data = operandOfRank(context, 0, "data", 1);
  const indices = indexOperand(context, 1);
  const updates = operand(context, 2, "updates");
  checkAligned(context, data, indices);
  if (updates.dtype !== data.dtype || !sameShape(updates.shape, indices.shape))
    refuse(context, `updates ${describe({ dtype: data.dtype, shape: indices.shape })}`, describe(updates));
  return [data];
};

/** data [d₁ … dₖ, rest..], indices [n.., k], updates [n.., rest..]. */
const scatterND: InferenceRule = (context) => {
  const data = operandOfRank(context, 0, "data", 1);
  const indices = indexOperand(context, 1);
  const updates = operand(context, 2, "updates");
  const depth = indices.shape.at(-1) ?? 0;
  if (depth > data.shape.length)
    refuse(context, "index tuples no longer than the data's rank", describeAll([data, indices]));
  const shape = [...indices.shape.slice(0, -1), ...data.shape.slice(depth)];
  if (updates.dtype !== data.dtype || !sameShape(updates.shape, shape))
    refuse(context, `updates ${describe({ dtype: data.dtype, shape })}`, describe(updates));
  return [data];
};

export const indexingInference = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
} as const satisfies Partial<Record<OpType, InferenceRule>>;
