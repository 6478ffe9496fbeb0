import { slidingWindow, transposedWindow, type Window } from "../../graph/geometry/window";
import { int, intAttribute, ints } from "../../graph/graph";
import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import { sizeOf } from "../../graph/tensor";
import { cotangent, operand, reduceTo } from "../cotangent";
import type { VjpRule } from "../rule";

/** Y = X ∗ W + b. Shapes: X [B, C, ...], W [M, C/group, ...k], Y [B, M, ...]. */
const conv: VjpRule = (context) => {
  const { g, node } = context;
  const [x, w] = [operand(context, 0), operand(context, 1)];
  const ct = cotangent(context);
  const group = intAttribute(node.attributes, "group", 1);
  const window = slidingWindow(node.attributes, x.shape.slice(2), w.shape.slice(2));
  return [
    context.needs(0) ? convInputGradient(g, x, w, ct, window, group) : undefined,
    context.needs(1) ? convWeightGradient(g, x, w, ct, window, group) : undefined,
    context.needs(2) ? channelSums(g, ct) : undefined,
  ];
};

/** The transpose of a convolution is a convolution: the roles of X and dY are exchanged in the weight's gradient. */
const convTranspose: VjpRule = (context) => {
  const { g, node } = context;
  const [x, w] = [operand(context, 0), operand(context, 1)];
  const ct = cotangent(context);
  const group = intAttribute(node.attributes, "group", 1);
  // the window of the convolution from dY's positions to X's
  const window = {
    ...transposedWindow(node.attributes, x.shape.slice(2), w.shape.slice(2)),
    output: x.shape.slice(2),
  };
  const dx = (): Value => g.op("Conv", [ct, w], windowAttributes(window, group));
  return [
    context.needs(0) ? dx() : undefined,
    context.needs(1) ? convWeightGradient(g, ct, w, x, window, group) : undefined,
    context.needs(2) ? channelSums(g, ct) : undefined,
  ];
};

function windowAttributes(window: Window, group: number) {
  return {
    strides: ints(window.strides),
    dilations: ints(window.dilations),
    pads: ints([...window.padsBegin, ...window.padsEnd]),
    group: int(group),
  };
}

/** Σ over batch and positions, [M]. */
function channelSums(g: OpBuilder, ct: Value): Value {
  const [, maps = 1, ...spatial] = ct.shape;
  return g.reshape(reduceTo(g, ct, ct.shape, [1, maps, ...spatial.map(() => 1)]), [maps]);
}

/** 1×1 kernel, stride 1, no padding, one group: a matrix product over channels. */
function isPointwise(window: Window, group: number): boolean {
  const allAre = (values: readonly number[], wanted: number): boolean => values.every((value) => value === wanted);
  return (
    group === 1 &&
    allAre(window.kernel, 1) &&
    allAre(window.strides, 1) &&
    allAre(window.padsBegin, 0) &&
    allAre(window.padsEnd, 0)
  );
}

/**
 * dX by the transposed convolution; `output_padding` restores the rows and columns that the stride did not reach.
 */
function convInputGradient(g: OpBuilder, x: Value, w: Value, ct: Value, window: Window, group: number): Value {
  if (isPointwise(window, group)) {
    const [maps = 1, channels = 1] = w.shape;
    const matrix = g.transpose(g.reshape(w, [maps, channels]), [1, 0]);
    return g.op("Conv", [ct, g.reshape(matrix, [channels, maps, ...w.shape.slice(2)])]);
  }
  const outputPadding = uncovered(window, x.shape.slice(2));
  return g.op("ConvTranspose", [ct, w], { ...windowAttributes(window, group), output_padding: ints(outputPadding) });
}

/** Elements at the end of each padded axis that no position of the kernel reaches: 0 ≤ … < stride. */
function uncovered(window: Window, input: readonly number[]): number[] {
  return input.map((size, axis) => {
    const of = (values: readonly number[]): number => values[axis] ?? 0;
    const reached = (of(window.output) - 1) * of(window.strides) + (of(window.kernel) - 1) * of(window.dilations) + 1;
    return size + of(window.padsBegin) + of(window.padsEnd) - reached;
  });
}

/**
 * dW[m, c, k] = Σ_{b, p} dY[b, m, p] X[b, c, s p + d k − pad]: a convolution of X by dY in which the batch is summed like a
 * channel, and stride and dilation exchange their roles. Groups stay groups: X is laid out as [C/group, group·B, ...].
 */
function convWeightGradient(g: OpBuilder, x: Value, w: Value, ct: Value, window: Window, group: number): Value {
  const [batch = 1, channels = 1, ...inputSizes] = x.shape;
  const [, maps = 1, ...outputSizes] = ct.shape;
  if (isPointwise(window, group)) return pointwiseWeightGradient(g, x, w, ct);
  const perGroup = channels / group;
  const spatial = inputSizes.map((_, axis) => axis);
  const grouped = g.reshape(x, [batch, group, perGroup, ...inputSizes]);
  const images = g.reshape(
    g.transpose(grouped, [2, 1, 0, ...spatial.map((axis) => axis + 3)]),
    [perGroup, group * batch, ...inputSizes], // [C/group, group·B, ...]
  );
  const kernels = g.transpose(ct, [1, 0, ...spatial.map((axis) => axis + 2)]); // [M, B, ...]
  // rows that no position of the kernel reached must not be met by the exchanged convolution either
  const leftover = uncovered(window, inputSizes);
  const padsEnd = window.padsEnd.map((pad, axis) => pad - (leftover[axis] ?? 0));
  const cropped = padsEnd.map((pad) => Math.min(pad, 0));
  const trimmed = cropped.some((pad) => pad < 0)
    ? g.op("Slice", [
        images,
        g.ints(spatial.map(() => 0)),
        g.ints(inputSizes.map((size, axis) => size + (cropped[axis] ?? 0))),
        g.ints(spatial.map((axis) => axis + 2)),
      ])
    : images;
  const product = g.op("Conv", [trimmed, kernels], {
    strides: ints(window.dilations),
    dilations: ints(window.strides),
    pads: ints([...window.padsBegin, ...padsEnd.map((pad) => Math.max(pad, 0))]),
    group: int(group),
    kernel_shape: ints(outputSizes),
  }); // [C/group, M, ...k]
  return g.reshape(g.transpose(product, [1, 0, ...spatial.map((axis) => axis + 2)]), [maps, ...w.shape.slice(1)]);
}

/**
 * 1×1 kernels: dW = Σ_b dY_b X_bᵀ. One product per image and a sum over images, unless those B matrices [M, C] would be
 * larger than the operands; then both operands are rearranged for a single product.
 */
function pointwiseWeightGradient(g: OpBuilder, x: Value, w: Value, ct: Value): Value {
  const [batch = 1, channels = 1, ...sizes] = x.shape;
  const [maps = 1] = w.shape;
  const positions = sizeOf(sizes);
  const images = g.reshape(x, [batch, channels, positions]);
  const cotangents = g.reshape(ct, [batch, maps, positions]);
  if (positions >= Math.min(channels, maps)) {
    const each = g.matMul(cotangents, g.transpose(images, [0, 2, 1])); // [B, M, C]
    return g.reshape(reduceTo(g, each, each.shape, [1, maps, channels]), w.shape);
  }
  const rows = (value: Value, width: number): Value =>
    g.reshape(g.transpose(value, [0, 2, 1]), [batch * positions, width]);
  return g.reshape(g.gemm(rows(cotangents, maps), rows(images, channels), undefined, { transA: true }), w.shape);
}

export const convolutionRules = { Conv: conv, ConvTranspose: convTranspose };
