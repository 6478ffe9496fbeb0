import { intAttribute } from "../graph";
import type { OpType } from "../opType";
import type { Shape } from "../tensor";
import {
  axisAttribute,
  checkedAxis,
  describe,
  knownNumbers,
  operand,
  operandOfRank,
  optionalNumbers,
  refuse,
} from "./operands";
import type { InferenceContext, InferenceRule } from "./rule";

/** Axes come as input 1; none at all means every axis, or with `noop_with_empty_axes` no axis. */
const reduce: InferenceRule = (context) => {
  const { dtype, shape } = operand(context, 0, "data");
  const given = optionalNumbers(context, 1, "axes") ?? [];
  const isNoop = given.length === 0 && intAttribute(context.attributes, "noop_with_empty_axes", 0) === 1;
  const axes = given.map((axis) => checkedAxis(context, axis, shape.length));
  const reduced = new Set(given.length > 0 || isNoop ? axes : shape.keys());
  return [{ dtype, shape: withoutAxes(context, shape, reduced) }];
};

const argExtremum: InferenceRule = (context) => {
  const { shape } = operandOfRank(context, 0, "data", 1);
  const axis = axisAttribute(context, 0, shape.length);
  return [{ dtype: "int64", shape: withoutAxes(context, shape, new Set([axis])) }];
};

function withoutAxes({ attributes }: InferenceContext, shape: Shape, reduced: ReadonlySet<number>): Shape {
  return intAttribute(attributes, "keepdims", 1) === 1
    ? shape.map((size, axis) => (reduced.has(axis) ? 1 : size))
    : shape.filter((_, axis) => !reduced.has(axis));
}

const cumSum: InferenceRule = (context) => {
  const x = operandOfRank(context, 0, "x", 1);
  const axis = context.constant(1);
  operand(context, 1, "axis");
  if (axis) checkedAxis(context, Number(axis.data[0]), x.shape.length);
  return [x];
};

/** Outputs the K largest (or smallest) values along `axis` and their int64 indices. */
const topK: InferenceRule = (context) => {
  const x = operandOfRank(context, 0, "X", 1);
  const [k = 0] = knownNumbers(context, 1, "K");
  const axis = axisAttribute(context, -1, x.shape.length);
  if (k < 0 || k > (x.shape[axis] ?? 0))
    refuse(context, `K of at most ${x.shape[axis] ?? 0} for ${describe(x)}`, `${k}`);
  const shape = x.shape.map((size, at) => (at === axis ? k : size));
  return [
    { dtype: x.dtype, shape },
    { dtype: "int64", shape },
  ];
};

export const reductionInference = {
  ReduceSum: reduce,
  ReduceMean: reduce,
  ReduceMax: reduce,
  ReduceMin: reduce,
  ReduceProd: reduce,
  ReduceL1: reduce,
  ReduceL2: reduce,
  ReduceSumSquare: reduce,
  ReduceLogSumExp: reduce,
  ArgMax: argExtremum,
  ArgMin: argExtremum,
  CumSum: cumSum,
  TopK: topK,
} as const satisfies Partial<Record<OpType, InferenceRule>>;
