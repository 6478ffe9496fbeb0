import { int, intAttribute } from "../../graph/graph";
import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import { allocate, fromData, sizeOf, type Shape } from "../../graph/tensor";
import { averaged, constantInput, cotangent, normalizedAxis, operand, result, scalarLike } from "../cotangent";
import { notDifferentiable, type VjpContext, type VjpRule } from "../rule";

/** The axes a reduction runs over; none given means all, or none at all with `noop_with_empty_axes`. */
export function reducedAxes(context: VjpContext): number[] {
  const rank = operand(context, 0).shape.length;
  const given = constantInput(context, 1) ?? [];
  if (given.length > 0) return given.map((axis) => normalizedAxis(axis, rank)).sort((a, b) => a - b);
  return intAttribute(context.node.attributes, "noop_with_empty_axes", 0) === 1 ? [] : [...Array(rank).keys()];
}

/** A value of the reduction's output shape with the reduced axes put back as 1. */
function withReducedAxes(g: OpBuilder, value: Value, input: Shape, axes: readonly number[]): Value {
  return g.reshape(
    value,
    input.map((size, axis) => (axes.includes(axis) ? 1 : size)),
  );
}

interface Reduction {
  readonly g: OpBuilder;
  readonly x: Value;
  /** Output and cotangent with the reduced axes kept as 1. */
  readonly y: Value;
  readonly ct: Value;
  readonly axes: readonly number[];
  /** Elements per sum. */
  readonly count: number;
}

function reduction(derivative: (parts: Reduction) => Value): VjpRule {
  return (context) => {
    const { g } = context;
    const x = operand(context, 0);
    const axes = reducedAxes(context);
    const keep = (value: Value): Value => withReducedAxes(g, value, x.shape, axes);
    const count = sizeOf(axes.map((axis) => x.shape[axis] ?? 1));
    return [derivative({ g, x, y: keep(result(context)), ct: keep(cotangent(context)), axes, count })];
  };
}

/**
 * The whole cotangent goes to one element, the first that attains the extremum, as PyTorch's `max` over an axis does.
 * Several axes are merged into one first, so that "first" means row-major order.
 */
export function extremumGradient(
  g: OpBuilder,
  x: Value,
  ct: Value,
  axes: readonly number[],
  arg: "ArgMax" | "ArgMin",
): Value {
  const others = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const isRun = axes.every((axis, index) => axis === (axes[0] ?? 0) + index);
  const permutation = isRun ? [...x.shape.keys()] : [...others, ...axes];
  const arranged = g.transpose(x, permutation);
  const first = isRun ? (axes[0] ?? 0) : others.length;
  const count = sizeOf(axes.map((axis) => x.shape[axis] ?? 1));
  const [before, after] = [arranged.shape.slice(0, first), arranged.shape.slice(first + axes.length)];
  const merged = g.reshape(arranged, [sizeOf(before), count, sizeOf(after)]);
  const winner = g.op(arg, [merged], { axis: int(1), keepdims: int(1) }); // [P, 1, Q]
  const positions = g.reshape(g.constant(iota(count)), [1, count, 1]);
  const mask = g.equal(winner, positions); // [P, n, Q]
  const spread = g.where(mask, g.reshape(ct, [sizeOf(before), 1, sizeOf(after)]), scalarLike(g, 0, ct));
  const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
  return g.transpose(g.reshape(spread, arranged.shape), inverse);
}

/** 0, 1, …, count − 1 as int64. */
function iota(count: number) {
  const data = allocate("int64", count);
  for (let index = 0; index < count; index++) data[index] = BigInt(index);
  return fromData("int64", [count], data);
}

/**
 * ∂(Πx)/∂xᵢ is the product of the others. Dividing by xᵢ fails at zero, so the products are formed outright, from n copies
 * in which the diagonal is 1: n² elements, for the small reductions in which products occur.
 */
const reduceProd = reduction(({ g, x, ct, axes, count }) => {
  const others = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  const permutation = [...others, ...axes];
  const rows = sizeOf(others.map((axis) => x.shape[axis] ?? 1));
  const arranged = g.transpose(x, permutation);
  const flat = g.reshape(arranged, [rows, 1, count]);
  const diagonal = allocate("bool", count * count);
  for (let index = 0; index < count; index++) diagonal[index * count + index] = 1;
  const ones = g.where(g.constant(fromData("bool", [1, count, count], diagonal)), scalarLike(g, 1, x), flat);
  const products = g.op("ReduceProd", [ones, g.ints([2])], { keepdims: int(0) }); // [rows, n]
  const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
  return g.mul(ct, g.transpose(g.reshape(products, arranged.shape), inverse));
});

export const reductionRules = {
  ReduceSum: reduction(({ g, x, ct }) => g.expand(ct, x.shape)),
  ReduceMean: reduction(({ g, x, ct, count }) => g.expand(averaged(g, ct, count), x.shape)),
  ReduceMax: reduction(({ g, x, ct, axes }) => extremumGradient(g, x, ct, axes, "ArgMax")),
  ReduceMin: reduction(({ g, x, ct, axes }) => extremumGradient(g, x, ct, axes, "ArgMin")),
  ReduceProd: reduceProd,
  ReduceL1: reduction(({ g, x, ct }) => g.mul(g.sign(x), ct)),
  /** x/y; the subgradient 0 at the origin, as PyTorch's norm. */
  ReduceL2: reduction(({ g, x, y, ct }) => {
    const safe = g.where(g.equal(y, scalarLike(g, 0, y)), scalarLike(g, 1, y), y);
    return g.mul(x, g.div(ct, safe));
  }),
  ReduceSumSquare: reduction(({ g, x, ct }) => g.mul(x, g.mul(ct, scalarLike(g, 2, ct)))),
  ReduceLogSumExp: reduction(({ g, x, y, ct }) => g.mul(ct, g.exp(g.sub(x, y)))),
  ArgMax: notDifferentiable("an index"),
  ArgMin: notDifferentiable("an index"),
};
