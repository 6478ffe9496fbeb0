import { broadcastStrides, stridesOf } from "../geometry/broadcast";
import { intAttribute, intsAttribute, stringAttribute } from "../graph";
import { shapeRange } from "../inference/shaping";
import type { OpType } from "../opType";
import type { Shape } from "../tensor";
import { numbersOf, sizeOf, tensor } from "../tensor";
import { argument, outputType } from "./elements";
import { stridedIndices, take } from "./indexMaps";
import type { EvaluationRule } from "./rule";

/** The same elements under another shape. */
const reshaped: EvaluationRule = (context) => [{ ...argument(context, 0), shape: outputType(context).shape }];

const shape: EvaluationRule = (context) => {
  const { shape: sizes } = argument(context, 0);
  const axes = shapeRange(context, sizes.length);
  return [
    tensor(
      "int64",
      [axes.length],
      axes.map((axis) => sizes[axis] ?? 0),
    ),
  ];
};

const size: EvaluationRule = (context) => [tensor("int64", [], [sizeOf(argument(context, 0).shape)])];

/** Positions of a row-major tensor of `sizes` read with its axes in another order. */
function permutedIndices(sizes: Shape, permutation: readonly number[]): Int32Array {
  const strides = stridesOf(sizes);
  return stridedIndices(
    permutation.map((axis) => sizes[axis] ?? 1),
    permutation.map((axis) => strides[axis] ?? 0),
  );
}

const transpose: EvaluationRule = (context) => {
  const data = argument(context, 0);
  const permutation = intsAttribute(context.attributes, "perm") ?? [...data.shape.keys()].reverse();
  return [take(data, permutedIndices(data.shape, permutation), outputType(context))];
};

const expand: EvaluationRule = (context) => {
  const input = argument(context, 0);
  const type = outputType(context);
  return [take(input, stridedIndices(type.shape, broadcastStrides(input.shape, type.shape)), type)];
};

/** Every axis becomes two, the repeats (which do not move) and the axis itself. */
const tile: EvaluationRule = (context) => {
  const input = argument(context, 0);
  const repeats = numbersOf(argument(context, 1));
  const strides = stridesOf(input.shape);
  const doubled = input.shape.flatMap((entry, axis) => [repeats[axis] ?? 1, entry]);
  const indices = stridedIndices(
    doubled,
    strides.flatMap((stride) => [0, stride]),
  );
  return [take(input, indices, outputType(context))];
};

const depthToSpace: EvaluationRule = (context) => {
  const input = argument(context, 0);
  const [batch = 0, channels = 0, height = 0, width = 0] = input.shape;
  const block = intAttribute(context.attributes, "blocksize", 1);
  const depth = channels / block ** 2;
  const indices =
    stringAttribute(context.attributes, "mode", "DCR") === "CRD"
      ? permutedIndices([batch, depth, block, block, height, width], [0, 1, 4, 2, 5, 3])
      : permutedIndices([batch, block, block, depth, height, width], [0, 3, 4, 1, 5, 2]);
  return [take(input, indices, outputType(context))];
};

const spaceToDepth: EvaluationRule = (context) => {
  const input = argument(context, 0);
  const [batch = 0, channels = 0, height = 0, width = 0] = input.shape;
  const block = intAttribute(context.attributes, "blocksize", 1);
  const sizes = [batch, channels, height / block, block, width / block, block];
  return [take(input, permutedIndices(sizes, [0, 3, 5, 1, 2, 4]), outputType(context))];
};

export const shapingEvaluation = {
  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Shape: shape,
  Size: size,
  Transpose: transpose,
  Expand: expand,
  Tile: tile,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
} as const satisfies Partial<Record<OpType, EvaluationRule>>;
