import { slidingWindow, type Window } from "../../graph/geometry/window";
import { int, intAttribute, ints, intsAttribute, string } from "../../graph/graph";
import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import { fromData, sizeOf, type Shape } from "../../graph/tensor";
import { averaged, cotangent, operand, refuse, scalarLike, zerosOf } from "../cotangent";
import type { VjpContext, VjpRule } from "../rule";
import { extremumGradient } from "./reductions";

function poolingWindow({ node }: VjpContext, input: Shape): Window {
  return slidingWindow(node.attributes, input, intsAttribute(node.attributes, "kernel_shape") ?? []);
}

/** Adds each cotangent at the position of its window's maximum; where windows overlap, one element may collect several. */
const maxPool: VjpRule = (context) => {
  const { g, node } = context;
  if (intAttribute(node.attributes, "storage_order", 0) === 1) refuse(context, "its indices are in column-major order");
  const x = operand(context, 0);
  const ct = cotangent(context);
  const indices =
    context.outputs[1] ??
    g.node("MaxPool", [x], node.attributes, { outputCount: 2 })[1] ??
    refuse(context, "no indices");
  const size = sizeOf(x.shape);
  const scattered = g.op(
    "ScatterElements",
    [zerosOf(g, [size], ct), g.reshape(indices, [sizeOf(ct.shape)]), g.reshape(ct, [sizeOf(ct.shape)])],
    { axis: int(0), reduction: string("add") },
  );
  return [g.reshape(scattered, x.shape)];
};

/** Spreads each cotangent evenly over its window: the transposed convolution with a kernel of ones. */
const averagePool: VjpRule = (context) => {
  const { g, node } = context;
  const x = operand(context, 0);
  const input = x.shape.slice(2);
  const window = poolingWindow(context, input);
  const planes = sizeOf(x.shape.slice(0, 2));
  const ct = g.reshape(cotangent(context), [planes, 1, ...window.output]);
  if (isTiling(window, input)) return [g.reshape(repeatedBlocks(g, ct, window), x.shape)];

  const includePad = intAttribute(node.attributes, "count_include_pad", 0) === 1;
  const shares = g.cast(g.constant(windowShares(window, input, includePad)), ct.dtype);
  const reached = (axis: number): number =>
    ((window.output[axis] ?? 1) - 1) * (window.strides[axis] ?? 1) +
    ((window.kernel[axis] ?? 1) - 1) * (window.dilations[axis] ?? 1) +
    1;
  // positive: elements that no window covers; negative: how far the last window hangs over the padding (ceil_mode)
  const leftover = input.map(
    (size, axis) => size + (window.padsBegin[axis] ?? 0) + (window.padsEnd[axis] ?? 0) - reached(axis),
  );
  const ones = g.expand(scalarLike(g, 1, ct), [1, 1, ...window.kernel]);
  const spread = g.op("ConvTranspose", [g.mul(ct, shares), ones], {
    strides: ints(window.strides),
    dilations: ints(window.dilations),
    pads: ints([...window.padsBegin, ...window.padsEnd.map((pad, axis) => pad + Math.max(0, -(leftover[axis] ?? 0)))]),
    output_padding: ints(leftover.map((rest) => Math.max(0, rest))),
  });
  return [g.reshape(spread, x.shape)];
};

/** Whether the windows are exactly the tiles of the input, neither overlapping nor padded. */
function isTiling(window: Window, input: Shape): boolean {
  return input.every(
    (size, axis) =>
      window.strides[axis] === window.kernel[axis] &&
      window.dilations[axis] === 1 &&
      window.padsBegin[axis] === 0 &&
      size === (window.output[axis] ?? 0) * (window.kernel[axis] ?? 0),
  );
}

function repeatedBlocks(g: OpBuilder, ct: Value, window: Window): Value {
  const planes = ct.shape[0] ?? 1;
  const shared = averaged(g, ct, sizeOf(window.kernel));
  const split = g.reshape(shared, [planes, ...window.output.flatMap((size) => [size, 1])]);
  return g.expand(split, [planes, ...window.output.flatMap((size, axis) => [size, window.kernel[axis] ?? 1])]);
}

/** 1 / (elements that count) for each position of the window, [1, 1, ...output]. */
function windowShares(window: Window, input: Shape, includePad: boolean) {
  const counts = input.map((size, axis) => {
    const [begin, end] = [window.padsBegin[axis] ?? 0, window.padsEnd[axis] ?? 0];
    const [low, high] = includePad ? [-begin, size + end] : [0, size];
    return Array.from({ length: window.output[axis] ?? 0 }, (_, position) => {
      const start = position * (window.strides[axis] ?? 1) - begin;
      const cells = Array.from(
        { length: window.kernel[axis] ?? 1 },
        (_, k) => start + k * (window.dilations[axis] ?? 1),
      );
      return cells.filter((cell) => cell >= low && cell < high).length;
    });
  });
  const products = counts.reduce((left, right) => left.flatMap((a) => right.map((b) => a * b)), [1]);
  return fromData(
    "float32",
    [1, 1, ...window.output],
    Float32Array.from(products, (count) => 1 / count),
  );
}

const globalAveragePool: VjpRule = (context) => {
  const { g } = context;
  const x = operand(context, 0);
  return [g.expand(averaged(g, cotangent(context), sizeOf(x.shape.slice(2))), x.shape)];
};

const globalMaxPool: VjpRule = (context) => {
  const x = operand(context, 0);
  return [extremumGradient(context.g, x, cotangent(context), [...x.shape.keys()].slice(2), "ArgMax")];
};

export const poolingRules = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: globalAveragePool,
  GlobalMaxPool: globalMaxPool,
};
