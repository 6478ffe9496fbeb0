import { int, intAttribute, intsAttribute, stringAttribute } from "../../graph/graph";
import type { Value } from "../../graph/graphBuilder";
import {
  compact,
  cotangent,
  exchangesLastTwo,
  normalizedAxis,
  operand,
  reduceTo,
  reshaped,
  result,
  slicedRows,
  transposedMatrix,
  zerosOf,
} from "../cotangent";
import { notDifferentiable, type VjpContext, type VjpRule } from "../rule";

/** Operators that only rename the axes. */
const reshape: VjpRule = (context) => [reshaped(context.g, cotangent(context), operand(context, 0).shape)];

/**
 * The inverse permutation. A product that only waits to be transposed is formed in transposed order instead,
 * (A B)ᵀ = Bᵀ Aᵀ, which costs nothing: the runtime folds the transposes of the operands into the product.
 */
const transpose: VjpRule = (context) => {
  const { g, node } = context;
  const ct = cotangent(context);
  const rank = ct.shape.length;
  const permutation = intsAttribute(node.attributes, "perm") ?? [...Array(rank).keys()].reverse();
  const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
  const producer = g.producer(ct);
  if (producer?.opType === "MatMul" && exchangesLastTwo(permutation)) {
    const [a, b] = producer.inputs.map((name) => g.value(name));
    if (a && b && a.shape.length === rank && b.shape.length === rank)
      return [g.matMul(transposedMatrix(g, b), transposedMatrix(g, a))];
  }
  return [g.transpose(ct, inverse)];
};

const concat: VjpRule = (context) => {
  const { g, node } = context;
  const ct = cotangent(context);
  const axis = normalizedAxis(intAttribute(node.attributes, "axis", 0), ct.shape.length);
  const sizes = context.inputs.map((_, index) => operand(context, index).shape[axis] ?? 0);
  const needed = sizes.flatMap((_, index) => (context.needs(index) ? [index] : []));
  if (needed.length > 1) {
    const parts = g.split(ct, sizes, axis);
    return sizes.map((_, index) => (context.needs(index) ? parts[index] : undefined));
  }
  let start = 0;
  return sizes.map((size, index) => {
    const from = start;
    start += size;
    if (!context.needs(index)) return undefined;
    return axis === 0 ? slicedRows(g, ct, from, from + size) : g.slice(ct, axis, from, from + size);
  });
};

/** Parts without a cotangent count as zeros. */
const split: VjpRule = (context) => {
  const { g, node } = context;
  const x = operand(context, 0);
  const axis = normalizedAxis(intAttribute(node.attributes, "axis", 0), x.shape.length);
  const parts = context.outputs.map((output, index) => context.cotangents[index] ?? zerosOf(g, output.shape, x));
  const covered = parts.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0);
  const missing = (x.shape[axis] ?? 0) - covered;
  const rest =
    missing > 0
      ? [
          zerosOf(
            g,
            x.shape.map((size, at) => (at === axis ? missing : size)),
            x,
          ),
        ]
      : [];
  return [g.concat([...parts, ...rest], axis)];
};

const expand: VjpRule = (context) => {
  const { g } = context;
  const ct = cotangent(context);
  return [reduceTo(g, compact(g, ct), ct.shape, operand(context, 0).shape)];
};

const tile: VjpRule = (context) => {
  const { g } = context;
  const x = operand(context, 0);
  const y = result(context);
  const repeats = x.shape.map((size, axis) => (size === 0 ? 1 : (y.shape[axis] ?? 1) / size));
  const shape = x.shape.flatMap((size, axis) => [repeats[axis] ?? 1, size]);
  const axes = repeats.flatMap((count, axis) => (count > 1 ? [2 * axis] : []));
  const split = g.reshape(cotangent(context), shape);
  return [g.reshape(axes.length === 0 ? split : g.reduceSum(split, axes), x.shape)];
};

/** [B, C b², H, W] → [B, C, H b, W b]; DCR is what SpaceToDepth undoes, CRD needs its own order of axes. */
const depthToSpace: VjpRule = (context) => {
  const { g, node } = context;
  const x = operand(context, 0);
  const ct = cotangent(context);
  const block = intAttribute(node.attributes, "blocksize", 1);
  if (stringAttribute(node.attributes, "mode", "DCR") === "DCR")
    return [g.op("SpaceToDepth", [ct], { blocksize: int(block) })];
  const [batch = 1, channels = 1, height = 1, width = 1] = ct.shape;
  const blocks = g.reshape(ct, [batch, channels, height / block, block, width / block, block]);
  return [g.reshape(g.transpose(blocks, [0, 1, 3, 5, 2, 4]), x.shape)];
};

const spaceToDepth: VjpRule = (context) => [
  context.g.op("DepthToSpace", [cotangent(context)], {
    blocksize: int(intAttribute(context.node.attributes, "blocksize", 1)),
  }),
];

const trilu: VjpRule = (context) => [
  context.g.op("Trilu", [cotangent(context), context.inputs[1]], context.node.attributes),
];

/** A sum of everything before becomes a sum of everything after. */
const cumSum: VjpRule = (context) => {
  const { attributes } = context.node;
  const reverse = 1 - intAttribute(attributes, "reverse", 0);
  return [context.g.op("CumSum", [cotangent(context), operand(context, 1)], { ...attributes, reverse: int(reverse) })];
};

const shapeOnly = notDifferentiable("it depends on shapes alone");

/** d(values): the sums of the cotangent over cold and hot positions. */
const oneHot: VjpRule = (context: VjpContext) => {
  const { g, node } = context;
  const [values, ct] = [operand(context, 2), cotangent(context)];
  const bits = g.cast(g.ints([0, 1]), values.dtype);
  const hot: Value = g.op("OneHot", [operand(context, 0), operand(context, 1), bits], node.attributes);
  const total = (x: Value): Value => reduceTo(g, x, ct.shape, [1]);
  const hotSum = total(g.mul(ct, hot));
  return [undefined, undefined, g.concat([g.sub(total(ct), hotSum), hotSum], 0)];
};

export const shapingRules = {
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
  Transpose: transpose,
  Concat: concat,
  Split: split,
  Expand: expand,
  Tile: tile,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  Trilu: trilu,
  CumSum: cumSum,
  OneHot: oneHot,
  Shape: shapeOnly,
  Size: shapeOnly,
  Range: notDifferentiable("its length depends on its inputs"),
  ConstantOfShape: shapeOnly,
  EyeLike: shapeOnly,
};
