import { UserError } from "../errors";
import { intAttribute } from "../graph/graph";
import type { Value } from "../graph/graphBuilder";
import type { OpBuilder } from "../graph/opBuilder";
import { numbersOf, sizeOf, type DataType, type Shape } from "../graph/tensor";
import { joinedProduct } from "./joinedProducts";
import type { VjpContext } from "./rule";

/** What a rule returns: one cotangent per input, undefined where there is none. */
export type Cotangents = readonly (Value | undefined)[];

/** Only these carry derivatives; integers and booleans are ids, shapes and masks. */
export function isFloat(dtype: DataType): boolean {
  return dtype === "float32" || dtype === "float64" || dtype === "float16";
}

/** Input `index`, which the operator requires. */
export function operand(context: VjpContext, index: number): Value {
  const value = context.inputs[index];
  if (!value) throw new Error(`${context.node.opType} "${context.node.name}" has no input ${index}.`);
  return value;
}

/** Output `index`. */
export function result(context: VjpContext, index = 0): Value {
  const value = context.outputs[index];
  if (!value) throw new Error(`${context.node.opType} "${context.node.name}" has no output ${index}.`);
  return value;
}

/** The cotangent of output `index`, in full shape; a rule is called only when at least one output has one. */
export function cotangent(context: VjpContext, index = 0): Value {
  const value = context.cotangents[index];
  if (!value) throw new Error(`${context.node.opType} "${context.node.name}": output ${index} has no cotangent.`);
  return value;
}

/** The numbers of a constant input (axes, pads, target shapes); undefined when it is omitted or computed at run time. */
export function constantInput(context: VjpContext, index: number): number[] | undefined {
  const value = context.inputs[index];
  const constant = value && context.g.constantOf(value);
  return constant && numbersOf(constant);
}

/**
 * Stops: a gradient is needed through a use of an operator that has none here.
 * @throws UserError naming the node, the operator and the reason.
 */
export function refuse({ node }: VjpContext, reason: string): never {
  throw new UserError(`No gradient can pass through node "${node.name}" (${node.opType}): ${reason}.`);
}

/** A scalar constant of the dtype of `x`. */
export function scalarLike(g: OpBuilder, value: number, x: Value): Value {
  return x.dtype === "float16" ? g.cast(g.scalar(value), "float16") : g.scalar(value, x.dtype);
}

/** Zeros of `shape` in the dtype of `x`: one expanded scalar, so the graph stores no block of zeros. */
export function zerosOf(g: OpBuilder, shape: Shape, x: Value): Value {
  return g.expand(scalarLike(g, 0, x), shape);
}

/**
 * A smaller value that broadcasts to `x`: what `x` was expanded from, or `x` itself. Cotangents of sums and means are
 * expansions; element-wise rules work on the small form and leave the large one to dead-code elimination.
 */
export function compact(g: OpBuilder, x: Value): Value {
  const producer = g.producer(x);
  const source = producer?.opType === "Expand" ? g.value(producer.inputs[0] ?? "") : undefined;
  return source ? compact(g, source) : x;
}

/** factor · x, folded into a constant or in front of an expansion where possible. */
export function scaled(g: OpBuilder, x: Value, factor: number): Value {
  if (factor === 1) return x;
  const small = compact(g, x);
  if (small !== x) return g.expand(scaled(g, small, factor), x.shape);
  const constant = sizeOf(x.shape) === 1 && x.dtype !== "float16" ? g.constantOf(x) : undefined;
  if (constant) return g.reshape(g.scalar((numbersOf(constant)[0] ?? 0) * factor, x.dtype), x.shape);
  return factor === -1 ? g.neg(x) : g.mul(x, scalarLike(g, factor, x));
}

/** x / count, for means: a division by a whole number is exact where a product with its reciprocal is not. */
export function averaged(g: OpBuilder, x: Value, count: number): Value {
  if (count === 1) return x;
  const small = compact(g, x);
  if (small !== x) return g.expand(averaged(g, small, count), x.shape);
  return sizeOf(x.shape) === 1 && g.constantOf(x) ? scaled(g, x, 1 / count) : g.div(x, scalarLike(g, count, x));
}

/**
 * The transpose of broadcasting an operand of shape `target` to `full`: sums `x` over the axes along which the operand was
 * repeated. `x` itself may still be compact, i.e. of size 1 where `full` is not: there the sum is a product with the size.
 */
export function reduceTo(g: OpBuilder, x: Value, full: Shape, target: Shape): Value {
  const rank = full.length;
  const sizes = [...Array<number>(rank - x.shape.length).fill(1), ...x.shape];
  const lead = rank - target.length;
  const axes: number[] = [];
  let repeats = 1;
  full.forEach((size, axis) => {
    if (axis >= lead && (target[axis - lead] !== 1 || size === 1)) return;
    if (sizes[axis] === 1) repeats *= size;
    else axes.push(axis - (rank - x.shape.length));
  });
  const summed = axes.length === 0 ? x : g.reduceSum(x, axes, true);
  const kept = target.map((size, axis) => (sizes[axis + lead] === 1 ? 1 : size));
  return g.expand(g.reshape(scaled(g, summed, repeats), kept), target);
}

/** x in another shape of equal size: undoes an earlier reshape where possible, and keeps an expanded scalar one. */
export function reshaped(g: OpBuilder, x: Value, shape: Shape): Value {
  const producer = g.producer(x);
  const source = producer?.opType === "Reshape" ? g.value(producer.inputs[0] ?? "") : undefined;
  if (source?.shape.join() === shape.join()) return source;
  const small = compact(g, x);
  return small !== x && sizeOf(small.shape) === 1 ? g.expand(g.reshape(small, []), shape) : g.reshape(x, shape);
}

/** Sum of two cotangents of one value, on their compact forms. */
export function addCotangents(g: OpBuilder, a: Value, b: Value): Value {
  const joined = joinedProduct(g, a, b);
  if (joined) return joined;
  return g.expand(g.add(compact(g, a), compact(g, b)), a.shape);
}

/** Rows [from, to) of a matrix; of a product, the product of those rows alone. */
export function slicedRows(g: OpBuilder, x: Value, from: number, to: number): Value {
  const node = g.producer(x);
  const [a, b] = node?.inputs.map((name) => g.value(name)) ?? [];
  if (node?.opType !== "Gemm" || !a || !b || (node.inputs[2] ?? "") !== "") return g.slice(x, 0, from, to);
  const part = g.slice(a, intAttribute(node.attributes, "transA", 0) === 1 ? 1 : 0, from, to);
  return g.op("Gemm", [part, b], node.attributes);
}

/** x with its last two axes exchanged; undoes an existing exchange instead of stacking a second one on it. */
export function transposedMatrix(g: OpBuilder, x: Value): Value {
  const producer = g.producer(x);
  const source = producer?.opType === "Transpose" ? g.value(producer.inputs[0] ?? "") : undefined;
  const perm = producer?.attributes["perm"];
  if (source && perm?.kind === "ints" && exchangesLastTwo(perm.value)) return source;
  return g.swapLast(x);
}

export function exchangesLastTwo(permutation: readonly number[]): boolean {
  const rank = permutation.length;
  return (
    rank >= 2 &&
    permutation.every((from, axis) => from === (axis < rank - 2 ? axis : axis === rank - 2 ? rank - 1 : rank - 2))
  );
}

/** A non-negative axis. */
export function normalizedAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
