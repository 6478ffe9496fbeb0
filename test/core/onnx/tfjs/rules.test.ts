import { describe, expect, test } from "vitest";
import { interpret } from "../../../../src/core/graph/interpret";
import { type DataType, type Tensor, tensor } from "../../../../src/core/graph/tensor";
import { importGraphModel } from "../../../../src/core/onnx/tfjs/importGraphModel";
import { decodeTfjsModel } from "../../../../src/core/onnx/tfjs/tfjsModel";
import { relativeDifference } from "../../../support/closeTo";
import { TfjsOriginal } from "../../../support/tfjsOriginal";
import { b, f, i, is, ramp, s, smallModel, ss, type } from "./smallModel";

interface Case {
  readonly op: string;
  /** What distinguishes this case from others of the operator. */
  readonly title?: string;
  readonly x?: Tensor;
  /** Puts `x` through an image operator first, so that it reaches the rule channels-first. */
  readonly image?: boolean;
  /** Further inputs after `x`, all constants. */
  readonly constants?: readonly Tensor[];
  /** Position of `x` among the inputs. */
  readonly at?: number;
  readonly attr?: Readonly<Record<string, object>>;
  readonly outputs?: number;
}

const ints = (...values: number[]): Tensor => tensor("int32", [values.length], values);
const scalar = (value: number, dtype: DataType = "float32"): Tensor => tensor(dtype, [], [value]);
const int32 = (shape: readonly number[], values: readonly number[]): Tensor => tensor("int32", shape, values);
const bools = (shape: readonly number[], values: readonly number[]): Tensor => tensor("bool", shape, values);

const photo = ramp([2, 5, 6, 3]);
const strides = is(1, 2, 2, 1);
const same = { strides, dilations: is(1, 1, 1, 1), padding: s("SAME"), data_format: s("NHWC") };
const valid = { strides: is(1, 1, 1, 1), dilations: is(1, 1, 1, 1), padding: s("VALID"), data_format: s("NHWC") };

const unary = ["Relu", "Relu6", "Elu", "Selu", "Sigmoid", "Tanh", "Softplus", "Abs", "Neg", "Exp", "Sin", "Cos", "Erf", "Floor",
  "Ceil", "Sign", "Square", "Reciprocal", "Expm1", "ZerosLike", "OnesLike", "Identity", "Softmax", "LogSoftmax"]; // prettier-ignore
const positive = ["Log", "Sqrt", "Rsqrt", "Log1p"];
const binary = ["Add", "AddV2", "Sub", "Mul", "RealDiv", "DivNoNan", "Maximum", "Minimum", "SquaredDifference", "FloorDiv",
  "FloorMod", "Equal", "NotEqual", "Greater", "GreaterEqual", "Less", "LessEqual"]; // prettier-ignore
const reductions = ["Sum", "Mean", "Max", "Min", "Prod"];

const cases: readonly Case[] = [
  ...unary.flatMap((op): Case[] => [{ op }, { op, title: "of an image", x: photo, image: true }]),
  ...positive.map((op): Case => ({ op, x: tensor("float32", [4], [0.1, 1, 2.5, 30]) })),
  { op: "Round", x: tensor("float32", [5], [-1.5, -0.5, 0.5, 1.5, 2.5]) },
  { op: "IsNan", x: tensor("float32", [2], [NaN, 1]) },
  { op: "LeakyRelu", attr: { alpha: f(0.3) } },
  { op: "LogicalNot", x: bools([3], [1, 0, 1]) },
  { op: "Cast", attr: { DstT: type("DT_INT32"), SrcT: type("DT_FLOAT") } },
  { op: "Prelu", x: photo, constants: [tensor("float32", [3], [0.1, 0.2, 0.3])] },
  { op: "Prelu", title: "of an image", image: true, x: photo, constants: [tensor("float32", [3], [0.1, 0.2, 0.3])] },
  { op: "ClipByValue", constants: [scalar(-0.5), scalar(0.7)] },
  ...binary.flatMap((op): Case[] => [
    { op, constants: [ramp([3, 1])] },
    {
      op,
      title: "of an image and its channels",
      x: photo,
      image: true,
      constants: [tensor("float32", [3], [0.5, -2, 3])],
    },
    { op, title: "of an image and a number", x: photo, image: true, constants: [scalar(0.7)] },
    {
      op,
      title: "of an image and another in TensorFlow's order",
      x: photo,
      image: true,
      constants: [ramp([2, 5, 6, 3])],
    },
  ]),
  { op: "FloorDiv", title: "of integers", x: ints(-7, 7, 8, -8), constants: [ints(2, 2, 3, 3)] },
  { op: "FloorMod", title: "of integers", x: ints(-7, 7, 8, -8), constants: [ints(2, -2, 3, 3)] },
  { op: "Pow", x: tensor("float32", [3], [0.5, 2, 3]), constants: [scalar(2.5)] },
  { op: "AddN", constants: [ramp([2, 3, 4]), ramp([2, 3, 4])], attr: { N: i(3) } },
  { op: "LogicalAnd", x: bools([4], [1, 0, 1, 0]), constants: [bools([4], [1, 1, 0, 0])] },
  { op: "LogicalOr", x: bools([4], [1, 0, 1, 0]), constants: [bools([4], [1, 1, 0, 0])] },
  { op: "SelectV2", x: bools([2, 1], [1, 0]), constants: [ramp([2, 3]), scalar(9)] },

  { op: "Conv2D", x: photo, constants: [ramp([3, 2, 3, 4])], attr: same },
  {
    op: "Conv2D",
    title: "dilated",
    x: photo,
    constants: [ramp([2, 2, 3, 4])],
    attr: { ...valid, dilations: is(1, 2, 2, 1) },
  },
  { op: "Conv2D", title: "of one pixel, as a product", x: photo, constants: [ramp([1, 1, 3, 4])], attr: valid },
  {
    op: "Conv2D",
    title: "of one pixel, of an image",
    x: photo,
    image: true,
    constants: [ramp([1, 1, 3, 4])],
    attr: valid,
  },
  {
    op: "Conv2D",
    title: "explicitly padded",
    x: photo,
    constants: [ramp([3, 3, 3, 2])],
    attr: { ...valid, padding: s("EXPLICIT"), explicit_paddings: is(0, 0, 1, 2, 0, 1, 0, 0) },
  },
  { op: "DepthwiseConv2dNative", x: photo, constants: [ramp([3, 3, 3, 2])], attr: same },
  {
    op: "FusedDepthwiseConv2dNative",
    x: photo,
    constants: [ramp([3, 3, 3, 1]), ramp([3])],
    attr: { ...same, fused_ops: ss("BiasAdd", "Relu6"), num_args: i(1) },
  },
  {
    op: "_FusedConv2D",
    x: photo,
    constants: [ramp([3, 3, 3, 4]), ramp([4])],
    attr: { ...same, fused_ops: ss("BiasAdd", "Relu"), num_args: i(1) },
  },
  {
    op: "_FusedConv2D",
    title: "with a parametric activation",
    x: photo,
    constants: [ramp([3, 3, 3, 4]), ramp([4]), ramp([4])],
    attr: { ...same, fused_ops: ss("BiasAdd", "Prelu"), num_args: i(2) },
  },
  {
    op: "_FusedMatMul",
    x: ramp([2, 3]),
    constants: [ramp([3, 4]), ramp([4])],
    attr: { fused_ops: ss("BiasAdd", "Relu"), num_args: i(1), transpose_a: b(false), transpose_b: b(false) },
  },
  { op: "MatMul", x: ramp([3, 2]), constants: [ramp([4, 3])], attr: { transpose_a: b(true), transpose_b: b(true) } },
  { op: "BatchMatMulV2", x: ramp([2, 2, 3]), constants: [ramp([1, 4, 3])], attr: { adj_x: b(false), adj_y: b(true) } },
  { op: "BiasAdd", constants: [ramp([4])], attr: { data_format: s("NHWC") } },
  {
    op: "BiasAdd",
    title: "to an image",
    x: photo,
    image: true,
    constants: [ramp([3])],
    attr: { data_format: s("NHWC") },
  },

  { op: "MaxPool", x: photo, attr: { ...same, ksize: is(1, 3, 3, 1) } },
  { op: "AvgPool", x: photo, attr: { ...same, ksize: is(1, 3, 2, 1) } },
  ...["ResizeBilinear", "ResizeNearestNeighbor"].flatMap((op): Case[] => [
    { op, x: photo, constants: [ints(10, 9)], attr: { align_corners: b(false), half_pixel_centers: b(false) } },
    { op, title: "corners aligned", x: photo, constants: [ints(9, 11)], attr: { align_corners: b(true) } },
    { op, title: "centres aligned", x: photo, constants: [ints(10, 4)], attr: { half_pixel_centers: b(true) } },
  ]),
  { op: "Pad", constants: [int32([3, 2], [0, 1, 2, 0, 1, 1])] },
  {
    op: "PadV2",
    title: "an image",
    x: photo,
    image: true,
    constants: [int32([4, 2], [0, 0, 1, 2, 0, 3, 1, 0]), scalar(7)],
  },
  { op: "MirrorPad", constants: [int32([3, 2], [0, 0, 1, 2, 2, 1])], attr: { mode: s("reflect") } },
  {
    op: "FusedBatchNormV3",
    x: photo,
    constants: [ramp([3]), ramp([3]), ramp([3]), tensor("float32", [3], [0.5, 1, 2])],
    attr: { epsilon: f(0.001), is_training: b(false), data_format: s("NHWC") },
  },
  { op: "DepthToSpace", x: ramp([1, 2, 3, 8]), attr: { block_size: i(2), data_format: s("NHWC") } },

  ...reductions.flatMap((op): Case[] => [
    { op, constants: [ints(-1)], attr: { keep_dims: b(false) } },
    {
      op,
      title: "over an image's area",
      x: photo,
      image: true,
      constants: [ints(1, 2)],
      attr: { keep_dims: b(false) },
    },
    {
      op,
      title: "keeping an image's axes",
      x: photo,
      image: true,
      constants: [ints(2, 3)],
      attr: { keep_dims: b(true) },
    },
    {
      op,
      title: "over an image's channels",
      x: photo,
      image: true,
      constants: [ints(3)],
      attr: { keep_dims: b(false) },
    },
  ]),
  { op: "All", x: bools([2, 2], [1, 0, 1, 1]), constants: [ints(1)], attr: { keep_dims: b(false) } },
  { op: "Any", x: bools([2, 2], [1, 0, 0, 0]), constants: [ints(1)], attr: { keep_dims: b(false) } },
  { op: "ArgMax", constants: [scalar(1, "int32")] },
  { op: "ArgMin", constants: [scalar(2, "int32")] },
  { op: "Cumsum", constants: [scalar(1, "int32")], attr: { exclusive: b(true), reverse: b(true) } },
  { op: "TopKV2", x: ramp([2, 6]), constants: [scalar(3, "int32")], attr: { sorted: b(true) }, outputs: 2 },

  { op: "Shape", title: "of an image", x: photo, image: true },
  { op: "Size" },
  { op: "Rank" },
  { op: "Reshape", constants: [ints(4, -1)] },
  { op: "Reshape", title: "of an image", x: photo, image: true, constants: [ints(2, -1)] },
  { op: "Transpose", constants: [ints(2, 0, 1)] },
  { op: "ExpandDims", constants: [scalar(-1, "int32")] },
  { op: "Squeeze", x: ramp([2, 1, 3, 1]), attr: { squeeze_dims: is(-1) } },
  { op: "Squeeze", title: "of every axis of one", x: ramp([2, 1, 3, 1]) },
  { op: "ConcatV2", constants: [ramp([2, 3, 2]), scalar(2, "int32")], attr: { N: i(2) } },
  { op: "Pack", constants: [ramp([2, 3, 4])], attr: { axis: i(1), N: i(2) } },
  { op: "Unpack", attr: { axis: i(1), num: i(3) }, outputs: 3 },
  { op: "Split", constants: [scalar(2, "int32")], at: 1, attr: { num_split: i(2) }, outputs: 2 },
  { op: "SplitV", constants: [ints(1, -1), scalar(1, "int32")], attr: { num_split: i(2) }, outputs: 2 },
  { op: "Tile", constants: [ints(1, 2, 3)] },
  { op: "BroadcastTo", x: ramp([3, 1]), constants: [ints(2, 3, 4)] },
  { op: "Fill", x: scalar(2.5), constants: [ints(2, 3)], at: 1 },
  { op: "OneHot", x: ints(0, 2, 1), constants: [scalar(4, "int32"), scalar(5), scalar(-1)], attr: { axis: i(-1) } },
  { op: "GatherV2", constants: [ints(2, 0, 0), scalar(1, "int32")] },
  { op: "Slice", constants: [ints(0, 1, 1), ints(2, -1, 2)] },
  { op: "ReverseV2", constants: [ints(1, -1)] },
  { op: "GatherNd", constants: [int32([2, 2], [1, 2, 0, 1])] },
  { op: "ScatterNd", x: ramp([2, 3]), at: 1, constants: [int32([2, 1], [3, 1]), ints(4, 3)] },
  {
    op: "StridedSlice",
    title: "of a range",
    constants: [ints(0, -2), ints(2, 3), ints(1, 1)],
    attr: { begin_mask: i(1), end_mask: i(0) },
  },
  {
    op: "StridedSlice",
    title: "backwards, with open ends",
    constants: [ints(0, 0, 0), ints(0, 0, 0), ints(1, -1, -2)],
    attr: { begin_mask: i(7), end_mask: i(7) },
  },
  {
    op: "StridedSlice",
    title: "dropping and adding axes around an ellipsis",
    constants: [ints(1, 0, 0, -1), ints(2, 0, 0, 0), ints(1, 1, 1, 1)],
    attr: { shrink_axis_mask: i(9), ellipsis_mask: i(2), new_axis_mask: i(4) },
  },
];

describe("TensorFlow operators give the same as in TensorFlow.js", () => {
  test.each(cases.map((entry): [string, Case] => [`${entry.op} ${entry.title ?? ""}`, entry]))(
    "%s",
    async (_, entry) => {
      const { op, x = ramp([2, 3, 4]), constants = [], attr = {}, at = 0, outputs = 1 } = entry;
      const named = Object.fromEntries(constants.map((constant, index) => [`c${index}`, constant]));
      const inputs = Object.keys(named).toSpliced(at, 0, entry.image ? "image" : "x");
      const results = [...Array(outputs).keys()].map((index) => (index === 0 ? "node" : `node:${index}`));
      const rank4 = { order: ints(0, 1, 2, 3) };
      const pixels = { ...valid, ksize: is(1, 1, 1, 1) };
      const node = { name: "node", op, input: inputs, attr: { T: type("DT_FLOAT"), ...attr } };
      const image = entry.image ? [{ name: "image", op: "MaxPool", input: ["x"], attr: pixels }] : [];
      const { json, weights } = smallModel({ x }, { ...named, ...rank4 }, [...image, node]);

      const original = await TfjsOriginal.fromMemory(json, weights);
      const expected = await original.run({ x }, results);

      // An identity transpose asks for TensorFlow's axis order.
      const ordered = results.map((name, index) =>
        expected[name]!.shape.length === 4
          ? { name: `out${index}`, op: "Transpose", input: [name, "order"] }
          : undefined,
      );
      const nodes = [...json.modelTopology.node, ...ordered.filter((entry) => entry !== undefined)];
      const model = decodeTfjsModel(
        { ...json, modelTopology: { ...json.modelTopology, node: nodes } },
        new Map([["shard", new Uint8Array(weights)]]),
        "model.json",
      );
      const wanted = results.map((name, index) => ordered[index]?.name ?? name);
      const graph = importGraphModel(model, { name: "small", inputs: { x }, outputs: wanted });
      const actual = interpret(graph, { x });
      results.forEach((name, index) => {
        const output = graph.outputs[index]!.name;
        expect(relativeDifference(actual[output]!, expected[name]!, 1)).toBeLessThan(2e-6);
      });
    },
  );
});
