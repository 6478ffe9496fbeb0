import { int, intAttribute, string, stringAttribute } from "../../graph/graph";
import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import { sizeOf, type Shape } from "../../graph/tensor";
import { constantInput, cotangent, normalizedAxis, operand, refuse, zerosOf } from "../cotangent";
import type { VjpContext, VjpRule } from "../rule";
import { padded } from "./slicing";

/*
 * Scatters that may meet an index twice use ScatterElements, whose sums are formed in order: ScatterND adds from several
 * threads at once.
 */

/** Sums the rows of `updates` [P, n, Q] at `indices` [P or 1, n] of zeros [P, K, Q]. */
function scatterRows(g: OpBuilder, indices: Value, updates: Value, size: number): Value {
  const [before = 1, count = 1, after = 1] = updates.shape;
  const [rows = 1] = indices.shape;
  const spread = g.expand(g.reshape(indices, [rows, count, 1]), [before, count, after]);
  return g.op("ScatterElements", [zerosOf(g, [before, size, after], updates), spread, updates], {
    axis: int(1),
    reduction: string("add"),
  });
}

/** Rows picked more than once collect the sum. One constant row, or a run of them, needs only zeros around it. */
const gather: VjpRule = (context) => {
  const { g, node } = context;
  const [x, indices, ct] = [operand(context, 0), operand(context, 1), cotangent(context)];
  const axis = normalizedAxis(intAttribute(node.attributes, "axis", 0), x.shape.length);
  const size = x.shape[axis] ?? 0;
  const count = sizeOf(indices.shape);
  const picked = constantInput(context, 1)?.map((index) => normalizedAxis(index, size));
  const [first = 0] = picked ?? [];
  if (picked?.every((index, at) => index === first + at)) {
    const rows = g.reshape(ct, [...x.shape.slice(0, axis), count, ...x.shape.slice(axis + 1)]);
    const amounts = x.shape.map((_, at): [number, number] => (at === axis ? [first, size - first - count] : [0, 0]));
    return [padded(g, rows, amounts)];
  }
  const updates = g.reshape(ct, [sizeOf(x.shape.slice(0, axis)), count, sizeOf(x.shape.slice(axis + 1))]);
  return [g.reshape(scatterRows(g, g.reshape(indices, [1, count]), updates, size), x.shape)];
};

const gatherElements: VjpRule = (context) => {
  const { g, node } = context;
  const [x, indices, ct] = [operand(context, 0), operand(context, 1), cotangent(context)];
  return [
    g.op("ScatterElements", [zerosOf(g, x.shape, ct), indices, ct], {
      axis: int(intAttribute(node.attributes, "axis", 0)),
      reduction: string("add"),
    }),
  ];
};

/** data [batch.., d₁ … dₖ, rest..], indices [batch.., n.., k]: index tuples become row numbers of [batch, d₁⋯dₖ, rest]. */
const gatherND: VjpRule = (context) => {
  const { g, node } = context;
  const [x, indices, ct] = [operand(context, 0), operand(context, 1), cotangent(context)];
  const batchRank = intAttribute(node.attributes, "batch_dims", 0);
  const depth = indices.shape.at(-1) ?? 0;
  const batch = sizeOf(x.shape.slice(0, batchRank));
  const indexed = x.shape.slice(batchRank, batchRank + depth);
  const rest = sizeOf(x.shape.slice(batchRank + depth));
  const rows = rowNumbers(g, indices, indexed); // [batch.., n..]
  const count = sizeOf(rows.shape) / batch;
  const updates = g.reshape(ct, [batch, count, rest]);
  return [g.reshape(scatterRows(g, g.reshape(rows, [batch, count]), updates, sizeOf(indexed)), x.shape)];
};

/** Σ_j index_j stride_j over the last axis, negative indices counted from the end. */
function rowNumbers(g: OpBuilder, indices: Value, sizes: Shape): Value {
  const wide = g.cast(indices, "int64");
  const strides = sizes.map((_, axis) => sizeOf(sizes.slice(axis + 1)));
  const positive = g.where(g.less(wide, g.scalar(0, "int64")), g.add(wide, g.ints(sizes)), wide);
  return g.reduceSum(g.mul(positive, g.ints(strides)), [indices.shape.length - 1]);
}

/** Only a plain write and a sum are linear in both operands. */
function scatterReduction(context: VjpContext): "none" | "add" {
  const reduction = stringAttribute(context.node.attributes, "reduction", "none");
  if (reduction === "none" || reduction === "add") return reduction;
  return refuse(context, `reduction "${reduction}" has no derivative here, only "none" and "add" do`);
}

const scatterElements: VjpRule = (context) => {
  const { g, node } = context;
  const [indices, updates, ct] = [operand(context, 1), operand(context, 2), cotangent(context)];
  const axis = { axis: int(intAttribute(node.attributes, "axis", 0)) };
  const isSum = scatterReduction(context) === "add";
  const cleared = (): Value =>
    isSum ? ct : g.op("ScatterElements", [ct, indices, zerosOf(g, updates.shape, ct)], axis);
  return [
    context.needs(0) ? cleared() : undefined,
    undefined,
    context.needs(2) ? g.op("GatherElements", [ct, indices], axis) : undefined,
  ];
};

const scatterND: VjpRule = (context) => {
  const { g } = context;
  const [indices, updates, ct] = [operand(context, 1), operand(context, 2), cotangent(context)];
  const isSum = scatterReduction(context) === "add";
  const cleared = (): Value => (isSum ? ct : g.op("ScatterND", [ct, indices, zerosOf(g, updates.shape, ct)]));
  return [
    context.needs(0) ? cleared() : undefined,
    undefined,
    context.needs(2) ? g.op("GatherND", [ct, indices]) : undefined,
  ];
};

/** The chosen elements get their cotangents back; no element is chosen twice. */
const topK: VjpRule = (context) => {
  const { g, node } = context;
  const x = operand(context, 0);
  const [, indices] = context.outputs;
  const ct = cotangent(context);
  if (!indices) return refuse(context, "its indices are not computed");
  return [
    g.op("ScatterElements", [zerosOf(g, x.shape, ct), indices, ct], {
      axis: int(intAttribute(node.attributes, "axis", -1)),
    }),
  ];
};

export const indexingRules = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
  TopK: topK,
};
