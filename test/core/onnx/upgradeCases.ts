import type { Attribute } from "../../../src/core/graph/graph";
import { float, int, ints, string } from "../../../src/core/graph/graph";
import { fromData, sizeOf, type Tensor, tensor } from "../../../src/core/graph/tensor";

const floats = (value: readonly number[]): Attribute => ({ kind: "floats", value });

/** Numbers without a pattern that an operator could hide behind, from −1 to 1. */
export function wave(...shape: number[]): Tensor<"float32"> {
  return fromData(
    "float32",
    shape,
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(1 + 2.3 * i)),
  );
}

/** One node whose canonical form must compute the same. */
export interface Case {
  readonly note: string;
  readonly opset: number;
  readonly opType: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Inputs after the first, x. */
  readonly constants?: readonly (Tensor | undefined)[];
  readonly x?: Tensor;
  readonly outputs?: number;
  readonly domain?: string;
  /** Operators that the canonical graph must consist of, where the form matters. */
  readonly becomes?: readonly string[];
}

export const cases: readonly Case[] = [
  {
    note: "axes",
    opset: 11,
    opType: "ReduceSum",
    attributes: { axes: ints([1]), keepdims: int(0) },
    becomes: ["ReduceSum"],
  },
  { note: "all axes", opset: 12, opType: "ReduceSum", attributes: { keepdims: int(1) } },
  { note: "axes", opset: 17, opType: "ReduceMean", attributes: { axes: ints([-1]) }, becomes: ["ReduceMean"] },
  { note: "axes", opset: 13, opType: "ReduceMax", attributes: { axes: ints([0, 2]) } },
  { note: "axes", opset: 9, opType: "ReduceL2", attributes: { axes: ints([1]) } },
  { note: "axes", opset: 11, opType: "ReduceLogSumExp", attributes: { axes: ints([1]) } },
  {
    note: "axes",
    opset: 11,
    opType: "ReduceLogSum",
    attributes: { axes: ints([1]) },
    x: positive(2, 3),
  },
  { note: "axes", opset: 18, opType: "ReduceLogSum", constants: [tensor("int64", [1], [1])], x: positive(2, 3) },
  { note: "axes", opset: 11, opType: "Squeeze", attributes: { axes: ints([1]) }, x: wave(2, 1, 3) },
  { note: "no axes", opset: 11, opType: "Squeeze", x: wave(2, 1, 3, 1) },
  { note: "axes", opset: 11, opType: "Unsqueeze", attributes: { axes: ints([0, 3]) }, x: wave(2, 3) },
  { note: "sizes", opset: 11, opType: "Split", attributes: { axis: int(2), split: ints([1, 3]) }, outputs: 2 },
  { note: "equal parts", opset: 11, opType: "Split", attributes: { axis: int(2) }, outputs: 2 },
  {
    note: "sizes as input",
    opset: 13,
    opType: "Split",
    attributes: { axis: int(2) },
    constants: [tensor("int64", [2], [3, 1])],
    outputs: 2,
  },
  { note: "equal parts as of 13", opset: 13, opType: "Split", attributes: { axis: int(2) }, outputs: 4 },
  {
    note: "both bounds",
    opset: 7,
    opType: "Clip",
    attributes: { min: float(-0.5), max: float(0.25) },
    becomes: ["Clip"],
  },
  { note: "one bound", opset: 10, opType: "Clip", attributes: { min: float(0) } },
  { note: "no bound", opset: 10, opType: "Clip" },
  { note: "constant", opset: 10, opType: "Pad", attributes: { pads: ints([0, 1, 0, 0, 0, 2]), value: float(1.5) } },
  { note: "zeros", opset: 7, opType: "Pad", attributes: { pads: ints([0, 1, 0, 0, 0, 2]) } },
  {
    note: "reflect",
    opset: 10,
    opType: "Pad",
    attributes: { pads: ints([0, 1, 0, 0, 0, 2]), mode: string("reflect") },
  },
  {
    note: "axes",
    opset: 9,
    opType: "Slice",
    attributes: { starts: ints([1, -2]), ends: ints([9, 2 ** 63]), axes: ints([1, 2]) },
  },
  { note: "leading axes", opset: 7, opType: "Slice", attributes: { starts: ints([1]), ends: ints([2]) } },
  { note: "count", opset: 9, opType: "TopK", attributes: { k: int(2), axis: int(1) }, outputs: 2 },
  { note: "default axis 1", opset: 12, opType: "Softmax" },
  { note: "axis 0", opset: 11, opType: "Softmax", attributes: { axis: int(0) } },
  { note: "last axis by number", opset: 11, opType: "Softmax", attributes: { axis: int(2) }, becomes: ["Softmax"] },
  { note: "last axis", opset: 12, opType: "LogSoftmax", attributes: { axis: int(-1) }, becomes: ["LogSoftmax"] },
  { note: "default axis 1", opset: 9, opType: "LogSoftmax" },
  { note: "nearest", opset: 7, opType: "Upsample", attributes: { scales: floats([1, 1, 2, 3]) }, x: wave(1, 2, 3, 4) },
  {
    note: "linear",
    opset: 8,
    opType: "Upsample",
    attributes: { scales: floats([1, 1, 2, 2]), mode: string("linear") },
    x: wave(1, 2, 3, 4),
  },
  {
    note: "scales as input",
    opset: 9,
    opType: "Upsample",
    constants: [tensor("float32", [4], [1, 1, 2, 2])],
    x: wave(1, 2, 3, 4),
  },
  {
    note: "enlarging",
    opset: 10,
    opType: "Resize",
    constants: [tensor("float32", [4], [1, 1, 1.5, 2])],
    x: wave(1, 2, 4, 4),
  },
  {
    note: "shrinking",
    opset: 10,
    opType: "Resize",
    constants: [tensor("float32", [4], [1, 1, 0.5, 0.5])],
    x: wave(1, 2, 5, 7),
  },
  {
    note: "linear",
    opset: 10,
    opType: "Resize",
    attributes: { mode: string("linear") },
    constants: [tensor("float32", [4], [1, 1, 2, 2])],
    x: wave(1, 2, 3, 4),
  },
  {
    note: "sizes beside empty scales",
    opset: 11,
    opType: "Resize",
    attributes: { mode: string("linear"), coordinate_transformation_mode: string("align_corners") },
    constants: [tensor("float32", [0], []), tensor("float32", [0], []), tensor("int64", [4], [1, 2, 5, 6])],
    x: wave(1, 2, 3, 4),
  },
  {
    note: "cubic by scales",
    opset: 11,
    opType: "Resize",
    attributes: {
      mode: string("cubic"),
      coordinate_transformation_mode: string("half_pixel"),
      cubic_coeff_a: float(-0.75),
    },
    constants: [tensor("float32", [0], []), tensor("float32", [4], [1, 1, 2, 2])],
    x: wave(1, 2, 4, 4),
  },
  { note: "inference", opset: 7, opType: "Dropout", attributes: { ratio: float(0.5) }, becomes: ["Identity"] },
  {
    note: "inference with ratio as input",
    opset: 13,
    opType: "Dropout",
    constants: [tensor("float32", [], [0.5])],
    becomes: ["Identity"],
  },
  { note: "its mask", opset: 12, opType: "Dropout", outputs: 2 },
  {
    note: "running statistics",
    opset: 9,
    opType: "BatchNormalization",
    attributes: { epsilon: float(1e-3), momentum: float(0.8) },
    constants: [wave(3), wave(3), wave(3), positive(3)],
    becomes: ["BatchNormalization"],
  },
  {
    note: "evaluation mode",
    opset: 15,
    opType: "BatchNormalization",
    attributes: { training_mode: int(0) },
    constants: [wave(3), wave(3), wave(3), positive(3)],
  },
  {
    note: "scale per channel",
    opset: 21,
    opType: "GroupNormalization",
    attributes: { num_groups: int(2), epsilon: float(1e-3) },
    constants: [wave(6), wave(6)],
    x: wave(2, 6, 3, 2),
  },
  { note: "euclidean", opset: 9, opType: "LpNormalization", attributes: { axis: int(1) } },
  { note: "manhattan", opset: 9, opType: "LpNormalization", attributes: { axis: int(-1), p: int(1) } },
  { note: "three terms", opset: 8, opType: "Sum", constants: [wave(3, 4), wave(1, 4)] },
  { note: "one term", opset: 13, opType: "Sum" },
  { note: "two terms", opset: 13, opType: "Mean", constants: [wave(3, 4)] },
  { note: "default constants", opset: 7, opType: "Selu" },
  { note: "alpha", opset: 12, opType: "Celu", attributes: { alpha: float(0.7) } },
  { note: "plain", opset: 7, opType: "Softsign" },
  { note: "plain", opset: 18, opType: "Mish" },
  { note: "alpha", opset: 10, opType: "ThresholdedRelu", attributes: { alpha: float(0.3) } },
  { note: "to integers", opset: 15, opType: "CastLike", constants: [tensor("int64", [1], [0])] },
  { note: "element type by number", opset: 9, opType: "Cast", attributes: { to: int(11) } },
  {
    note: "default axis",
    opset: 9,
    opType: "Scatter",
    constants: [tensor("int64", [1, 3, 4], Array(12).fill(1)), wave(1, 3, 4)],
  },
  {
    note: "last axis",
    opset: 23,
    opType: "RMSNormalization",
    attributes: { epsilon: float(0.01) },
    constants: [wave(4)],
  },
  { note: "unchanged since 14", opset: 23, opType: "Relu", becomes: ["Relu"] },
  { note: "flattens", opset: 7, opType: "Flatten", attributes: { axis: int(2) } },
  { note: "decomposes", opset: 20, opType: "Gelu", attributes: { approximate: string("tanh") }, becomes: ["Gelu"] },
];

export function positive(...shape: number[]): Tensor {
  const { dtype, data } = wave(...shape);
  return fromData(
    dtype,
    shape,
    data.map((value) => Math.abs(value) + 0.1),
  );
}

const heads = wave(2, 4, 3, 6);
export const attentionCases: readonly Case[] = [
  { note: "as many heads", opset: 23, opType: "Attention", x: heads, constants: [wave(2, 4, 5, 6), wave(2, 4, 5, 6)] },
  {
    note: "heads shared by two",
    opset: 23,
    opType: "Attention",
    x: heads,
    constants: [wave(2, 2, 5, 6), wave(2, 2, 5, 6)],
  },
  {
    note: "later positions hidden",
    opset: 23,
    opType: "Attention",
    attributes: { is_causal: int(1), scale: float(0.7) },
    x: heads,
    constants: [wave(2, 4, 3, 6), wave(2, 4, 3, 6)],
  },
  {
    note: "boolean mask",
    opset: 23,
    opType: "Attention",
    x: heads,
    constants: [
      wave(2, 4, 4, 6),
      wave(2, 4, 4, 6),
      tensor("bool", [2, 1, 3, 4], [1, 1, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0, 1, 1]),
    ],
  },
  {
    note: "mask that is added",
    opset: 23,
    opType: "Attention",
    x: heads,
    constants: [wave(2, 4, 4, 6), wave(2, 4, 4, 6), wave(3, 4)],
  },
  {
    note: "heads side by side",
    opset: 23,
    opType: "Attention",
    attributes: { q_num_heads: int(4), kv_num_heads: int(2) },
    x: wave(2, 3, 24),
    constants: [wave(2, 5, 12), wave(2, 5, 12)],
  },
  { note: "halves", opset: 23, opType: "RotaryEmbedding", x: heads, constants: [wave(2, 3, 3), wave(2, 3, 3)] },
  {
    note: "neighbours, by position",
    opset: 23,
    opType: "RotaryEmbedding",
    attributes: { interleaved: int(1) },
    x: heads,
    constants: [wave(9, 3), wave(9, 3), tensor("int64", [2, 3], [0, 1, 2, 6, 7, 8])],
  },
  {
    note: "a part of the channels",
    opset: 23,
    opType: "RotaryEmbedding",
    attributes: { rotary_embedding_dim: int(4) },
    x: heads,
    constants: [wave(2, 3, 2), wave(2, 3, 2)],
  },
  {
    note: "heads side by side",
    opset: 23,
    opType: "RotaryEmbedding",
    attributes: { num_heads: int(4) },
    x: wave(2, 3, 24),
    constants: [wave(2, 3, 3), wave(2, 3, 3)],
  },
];

const fused = { opset: 17, domain: "com.microsoft" };
export const fusedCases: readonly Case[] = [
  { ...fused, note: "exact", opType: "Gelu", becomes: ["Gelu"] },
  { ...fused, note: "exact", opType: "BiasGelu", constants: [wave(4)] },
  { ...fused, note: "with bias", opType: "FastGelu", constants: [wave(4)] },
  { ...fused, note: "default alpha", opType: "QuickGelu" },
  {
    ...fused,
    note: "transposed and scaled",
    opType: "FusedMatMul",
    attributes: { transB: int(1), alpha: float(0.3) },
    constants: [wave(5, 4)],
  },
  {
    ...fused,
    note: "first transposed",
    opType: "FusedMatMul",
    attributes: { transA: int(1) },
    constants: [wave(2, 3, 5)],
  },
  {
    ...fused,
    note: "with bias",
    opType: "SkipLayerNormalization",
    attributes: { epsilon: float(0.01) },
    constants: [wave(2, 3, 4), wave(4), wave(4), wave(4)],
  },
  { ...fused, note: "without bias", opType: "SkipLayerNormalization", constants: [wave(2, 3, 4), wave(4), wave(4)] },
  {
    ...fused,
    note: "root mean square",
    opType: "SkipSimplifiedLayerNormalization",
    attributes: { epsilon: float(0.01) },
    constants: [wave(2, 3, 4), wave(4)],
  },
  {
    note: "under its old name",
    opset: 17,
    opType: "SimplifiedLayerNormalization",
    attributes: { epsilon: float(0.01), axis: int(-1) },
    constants: [wave(4)],
  },
];
