import { int } from "../../../graph/graph";
import type { Value } from "../../../graph/graphBuilder";
import { allocate, sizeOf, tensor } from "../../../graph/tensor";
import type { ConversionContext, ConversionRule } from "../rule";
import { tfInt, tfInts } from "../tfAttributes";
import { asIs, channelsFirst, channelsFirstAxis, type TfValue } from "../tfValue";

/** Counts a negative axis from the end. */
function fromFront(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** The input's shape in TensorFlow's order, a constant, since shapes are fixed at import. */
const shape: ConversionRule = (context) => {
  const sizes = context.asIs(0).shape;
  return asIs(context.g.constant(tensor("int32", [sizes.length], sizes)));
};

const size: ConversionRule = (context) => asIs(context.g.scalar(sizeOf(context.input(0).value.shape), "int32"));

const rank: ConversionRule = (context) => asIs(context.g.scalar(context.input(0).value.shape.length, "int32"));

const reshape: ConversionRule = (context) => {
  const x = context.asIs(0);
  const wanted = context.numbers(1);
  const known = sizeOf(wanted.filter((entry) => entry !== -1));
  const target = wanted.map((entry) => (entry === -1 ? sizeOf(x.shape) / known : entry));
  return asIs(context.g.reshape(x, target));
};

const transpose: ConversionRule = (context) => asIs(context.g.transpose(context.asIs(0), context.numbers(1)));

const expandDims: ConversionRule = (context) => {
  const x = context.asIs(0);
  return asIs(context.g.unsqueeze(x, [fromFront(context.number(1), x.shape.length + 1)]));
};

const squeeze: ConversionRule = (context) => {
  const { attributes } = context.node;
  const x = context.asIs(0);
  const given = tfInts(attributes, "squeeze_dims") ?? tfInts(attributes, "axis");
  const axes = given ?? [...x.shape.keys()].filter((axis) => x.shape[axis] === 1);
  const fronts = axes.map((axis) => fromFront(axis, x.shape.length));
  return asIs(context.g.squeeze(x, fronts));
};

/** Joins along an axis; a list with an image among its parts stays channels-first when all are. */
function join(context: ConversionContext, indices: readonly number[], axis: number): TfValue {
  const parts = indices.map((index) => context.input(index));
  const [first] = parts;
  if (!first) return context.refuse("joins nothing");
  const front = fromFront(axis, first.value.shape.length);
  if (parts.every((part) => part.isChannelsFirst)) {
    const values = parts.map((part) => part.value);
    return channelsFirst(context.g.concat(values, channelsFirstAxis(front)));
  }
  const values = indices.map((index) => context.asIs(index));
  return asIs(context.g.concat(values, front));
}

const concat: ConversionRule = (context) => {
  const last = context.inputs.length - 1;
  const axisFirst = context.node.op === "Concat";
  const indices = [...Array(last).keys()].map((index) => index + (axisFirst ? 1 : 0));
  return join(context, indices, context.number(axisFirst ? 0 : last));
};

const pack: ConversionRule = (context) => {
  const { g } = context;
  const values = context.inputs.map((_, index) => context.asIs(index));
  const axis = fromFront(tfInt(context.node.attributes, "axis", 0), (values[0]?.shape.length ?? 0) + 1);
  const stacked = values.map((value) => g.unsqueeze(value, [axis]));
  return asIs(g.concat(stacked, axis));
};

const unpack: ConversionRule = (context) => {
  const { g } = context;
  const x = context.asIs(0);
  const axis = fromFront(tfInt(context.node.attributes, "axis", 0), x.shape.length);
  const count = x.shape[axis] ?? 0;
  return split(context, x, Array<number>(count).fill(1), axis).map(({ value }) => asIs(g.squeeze(value, [axis])));
};

function split({ g }: ConversionContext, x: Value, sizes: readonly number[], axis: number): TfValue[] {
  return sizes.length === 1 ? [asIs(x)] : g.split(x, sizes, axis).map(asIs);
}

const splitEvenly: ConversionRule = (context) => {
  const x = context.asIs(1);
  const axis = fromFront(context.number(0), x.shape.length);
  const count = tfInt(context.node.attributes, "num_split", 1);
  return split(context, x, Array<number>(count).fill((x.shape[axis] ?? 0) / count), axis);
};

const splitBySizes: ConversionRule = (context) => {
  const x = context.asIs(0);
  const axis = fromFront(context.number(2), x.shape.length);
  const sizes = context.numbers(1);
  const known = sizes.filter((entry) => entry !== -1).reduce((sum, entry) => sum + entry, 0);
  const resolved = sizes.map((entry) => (entry === -1 ? (x.shape[axis] ?? 0) - known : entry));
  return split(context, x, resolved, axis);
};

const tile: ConversionRule = (context) =>
  asIs(context.g.op("Tile", [context.asIs(0), context.g.ints(context.numbers(1))]));

const broadcastTo: ConversionRule = (context) => asIs(context.g.expand(context.asIs(0), context.numbers(1)));

const fill: ConversionRule = (context) => asIs(context.g.expand(context.asIs(1), context.numbers(0)));

const range: ConversionRule = (context) => {
  const [start, limit, step] = [context.number(0), context.number(1), context.number(2)];
  const count = Math.max(Math.ceil((limit - start) / step), 0);
  const values = allocate("float64", count).map((_, index) => start + index * step);
  return asIs(context.g.constant(tensor(context.asIs(0).dtype, [count], values)));
};

const oneHot: ConversionRule = (context) => {
  const { g } = context;
  const [on, off] = [context.asIs(2), context.asIs(3)];
  const values = g.concat([g.reshape(off, [1]), g.reshape(on, [1])], 0);
  const depth = g.scalar(context.number(1), "int64");
  return asIs(
    g.op("OneHot", [context.asIs(0), depth, values], { axis: int(tfInt(context.node.attributes, "axis", -1)) }),
  );
};

export const shapingRules: Readonly<Record<string, ConversionRule>> = {
  Shape: shape,
  Size: size,
  Rank: rank,
  Reshape: reshape,
  Transpose: transpose,
  ExpandDims: expandDims,
  Squeeze: squeeze,
  ConcatV2: concat,
  Concat: concat,
  Pack: pack,
  Unpack: unpack,
  Split: splitEvenly,
  SplitV: splitBySizes,
  Tile: tile,
  BroadcastTo: broadcastTo,
  Fill: fill,
  Range: range,
  OneHot: oneHot,
};
