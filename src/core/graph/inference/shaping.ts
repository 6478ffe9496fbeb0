import { broadcastShapes } from "../geometry/broadcast";
import { intAttribute, intsAttribute } from "../graph";
import type { OpType } from "../opType";
import { sizeOf } from "../tensor";
import { checkedAxis, describe, knownNumbers, operand, operandOfRank, optionalNumbers, refuse } from "./operands";
import type { InferenceContext, InferenceRule } from "./rule";

/** Sizes of axes [start, end) of the input. */
const shape: InferenceRule = (context) => {
  const data = operand(context, 0, "data");
  return [{ dtype: "int64", shape: [shapeRange(context, data.shape.length).length] }];
};

/** The axes that Shape reports, as its clamped `start` and `end` attributes say. */
export function shapeRange({ attributes }: Pick<InferenceContext, "attributes">, rank: number): number[] {
  return [...Array(rank).keys()].slice(intAttribute(attributes, "start", 0), intAttribute(attributes, "end", rank));
}

const size: InferenceRule = (context) => {
  operand(context, 0, "data");
  return [{ dtype: "int64", shape: [] }];
};

/** A target size of 0 keeps the input's size of that axis unless `allowzero`; one −1 takes what is left. */
const reshape: InferenceRule = (context) => {
  const data = operand(context, 0, "data");
  const wanted = knownNumbers(context, 1, "shape");
  const isZeroKept = intAttribute(context.attributes, "allowzero", 0) === 1;
  const sizes = wanted.map((entry, axis) => (entry === 0 && !isZeroKept ? (data.shape[axis] ?? 0) : entry));
  const known = sizeOf(sizes.filter((entry) => entry !== -1));
  const free = sizes.filter((entry) => entry === -1).length;
  const result = sizes.map((entry) => (entry === -1 ? (known === 0 ? 0 : sizeOf(data.shape) / known) : entry));
  const isValid = free <= 1 && result.every((entry) => Number.isInteger(entry) && entry >= 0);
  if (!isValid || sizeOf(result) !== sizeOf(data.shape))
    refuse(context, `a shape of ${sizeOf(data.shape)} elements for ${describe(data)}`, `[${wanted.join(", ")}]`);
  return [{ dtype: data.dtype, shape: result }];
};

/** Two axes: the product of the sizes before `axis` and of those from it on. */
const flatten: InferenceRule = (context) => {
  const x = operand(context, 0, "input");
  const rank = x.shape.length;
  const axis = intAttribute(context.attributes, "axis", 1);
  const at = axis < 0 ? axis + rank : axis;
  if (at < 0 || at > rank) refuse(context, `an axis in [${-rank}, ${rank}]`, `${axis}`);
  return [{ dtype: x.dtype, shape: [sizeOf(x.shape.slice(0, at)), sizeOf(x.shape.slice(at))] }];
};

/** Removes the given axes of size 1; without axes, every such axis. */
const squeeze: InferenceRule = (context) => {
  const data = operand(context, 0, "data");
  const axes = optionalNumbers(context, 1, "axes")?.map((axis) => checkedAxis(context, axis, data.shape.length));
  const removed = new Set(axes ?? [...data.shape.keys()].filter((axis) => data.shape[axis] === 1));
  const wide = [...removed].find((axis) => data.shape[axis] !== 1);
  if (wide !== undefined) refuse(context, `axis ${wide} to have size 1`, describe(data));
  return [{ dtype: data.dtype, shape: data.shape.filter((_, axis) => !removed.has(axis)) }];
};

/** Inserts axes of size 1 at the given positions of the result. */
const unsqueeze: InferenceRule = (context) => {
  const data = operand(context, 0, "data");
  const given = knownNumbers(context, 1, "axes");
  const rank = data.shape.length + given.length;
  const axes = new Set(given.map((axis) => checkedAxis(context, axis, rank)));
  if (axes.size !== given.length) refuse(context, "axes without repetition", `[${given.join(", ")}]`);
  const rest = data.shape.values();
  return [
    {
      dtype: data.dtype,
      shape: [...Array(rank).keys()].map((axis) => (axes.has(axis) ? 1 : (rest.next().value ?? 1))),
    },
  ];
};

const transpose: InferenceRule = (context) => {
  const data = operand(context, 0, "data");
  const permutation = intsAttribute(context.attributes, "perm") ?? [...data.shape.keys()].reverse();
  const isPermutation = new Set(permutation).size === data.shape.length && permutation.length === data.shape.length;
  const sizes = permutation.map((axis) => data.shape[axis]);
  if (!isPermutation || sizes.includes(undefined))
    refuse(context, `a permutation of the axes of ${describe(data)}`, `[${permutation.join(", ")}]`);
  return [{ dtype: data.dtype, shape: sizes.map((entry) => entry ?? 0) }];
};

/** Broadcasts in both directions: a target size of 1 keeps the input's. */
const expand: InferenceRule = (context) => {
  const input = operand(context, 0, "input");
  const target = knownNumbers(context, 1, "shape");
  const result = broadcastShapes(input.shape, target);
  if (!result) refuse(context, `a shape to which ${describe(input)} broadcasts`, `[${target.join(", ")}]`);
  return [{ dtype: input.dtype, shape: result }];
};

const tile: InferenceRule = (context) => {
  const input = operand(context, 0, "input");
  const repeats = knownNumbers(context, 1, "repeats");
  if (repeats.length !== input.shape.length)
    refuse(context, `one repeat per axis of ${describe(input)}`, `[${repeats.join(", ")}]`);
  return [{ dtype: input.dtype, shape: input.shape.map((entry, axis) => entry * (repeats[axis] ?? 1)) }];
};

function blocks(context: InferenceContext) {
  const input = operandOfRank(context, 0, "input", 4);
  const block = intAttribute(context.attributes, "blocksize", 1);
  const [batch = 0, channels = 0, height = 0, width = 0] = input.shape;
  return { input, block, batch, channels, height, width };
}

const depthToSpace: InferenceRule = (context) => {
  const { input, block, batch, channels, height, width } = blocks(context);
  if (channels % block ** 2 !== 0) refuse(context, `channels that are a multiple of ${block}²`, describe(input));
  return [{ dtype: input.dtype, shape: [batch, channels / block ** 2, height * block, width * block] }];
};

const spaceToDepth: InferenceRule = (context) => {
  const { input, block, batch, channels, height, width } = blocks(context);
  if (height % block !== 0 || width % block !== 0)
    refuse(context, `height and width that are multiples of ${block}`, describe(input));
  return [{ dtype: input.dtype, shape: [batch, channels * block ** 2, height / block, width / block] }];
};

export const shapingInference = {
  Shape: shape,
  Size: size,
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Expand: expand,
  Tile: tile,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
} as const satisfies Partial<Record<OpType, InferenceRule>>;
