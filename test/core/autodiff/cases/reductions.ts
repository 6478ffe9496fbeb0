import { float, int } from "../../../../src/core/graph/graph";
import type { OpType } from "../../../../src/core/graph/opType";
import { tensor } from "../../../../src/core/graph/tensor";
import type { CheckedInput, GradientCase } from "../../../support/gradcheck";
import { apply } from "./elementwise";

const reduce = (
  opType: OpType,
  axes: number[] | undefined,
  keepdims: number,
  input: CheckedInput = { shape: [2, 3, 4] },
): GradientCase => ({
  label: `${opType} axes ${axes?.join() ?? "all"} keepdims ${keepdims}`,
  inputs: [input],
  build: (g, x) => g.op(opType, [x, axes && g.ints(axes)], { keepdims: int(keepdims) }),
});

const reductions = (opType: OpType, input?: CheckedInput): GradientCase[] => [
  reduce(opType, [2], 0, input),
  reduce(opType, [-2], 1, input),
  reduce(opType, [0, 1], 0, input),
  reduce(opType, [0, 2], 1, input),
  reduce(opType, undefined, 0, input),
];

const layerNorm = (
  label: string,
  shape: number[],
  affine: number[],
  axis: number,
  build?: GradientCase["build"],
): GradientCase => ({
  label: `LayerNormalization ${label}`,
  inputs: [shape, affine, affine],
  build: build ?? ((g, x, scale, bias) => g.layerNormalization(x, scale, bias, 1e-5, axis)),
});

/** The element at an extremum: the index is a constant, the element is not. */
const pickedBy = (opType: "ArgMax" | "ArgMin"): GradientCase => ({
  label: `${opType} picks`,
  inputs: [[3, 4]],
  build: (g, x) => g.gatherElements(x, g.op(opType, [x], { axis: int(1), keepdims: int(1) }), 1),
});

export const reductionCases = {
  ReduceSum: [
    ...reductions("ReduceSum"),
    {
      label: "ReduceSum without axes does nothing on demand",
      inputs: [[2, 3]],
      build: (g, x) => g.op("ReduceSum", [x], { noop_with_empty_axes: int(1) }),
    },
  ],
  ReduceMean: reductions("ReduceMean"),
  ReduceMax: reductions("ReduceMax"),
  ReduceMin: reductions("ReduceMin"),
  ReduceProd: [
    ...reductions("ReduceProd"),
    reduce("ReduceProd", [1], 0, { shape: [2, 3], values: [0, 2, 3, 0, 0, 5] }),
  ],
  ReduceL1: reductions("ReduceL1"),
  ReduceL2: reductions("ReduceL2"),
  ReduceSumSquare: reductions("ReduceSumSquare"),
  ReduceLogSumExp: reductions("ReduceLogSumExp"),
  ArgMax: [pickedBy("ArgMax")],
  ArgMin: [pickedBy("ArgMin")],
  CumSum: [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ].map(([exclusive, reverse]) => ({
    label: `CumSum exclusive ${exclusive} reverse ${reverse}`,
    inputs: [[2, 4]],
    build: (g, x) =>
      g.op("CumSum", [x, g.constant(tensor("int64", [], [1]))], { exclusive: int(exclusive!), reverse: int(reverse!) }),
  })),
  TopK: [
    { label: "TopK", inputs: [[3, 5]], build: (g, x) => g.node("TopK", [x, g.ints([2])], {}, { outputCount: 2 })[0]! },
    {
      label: "TopK smallest along axis 0",
      inputs: [[4, 3]],
      build: (g, x) => g.node("TopK", [x, g.ints([2])], { axis: int(0), largest: int(0) }, { outputCount: 2 })[0]!,
    },
  ],
  LayerNormalization: [
    layerNorm("last axis", [2, 3, 5], [5], -1),
    layerNorm("two axes", [3, 2, 4], [2, 4], 1),
    layerNorm("positive axis", [4, 6], [6], 1),
    {
      label: "LayerNormalization without bias, scale 0",
      inputs: [[3, 4], { shape: [4], values: [0, 1, -2, 0.5] }],
      build: (g, x, scale) => g.layerNormalization(x, scale, undefined, 1e-6),
    },
    layerNorm("all three outputs", [3, 5], [5], -1, (g, x, scale, bias) =>
      g.node("LayerNormalization", [x, scale, bias], { epsilon: float(1e-5) }, { outputCount: 3 }),
    ),
    layerNorm("statistics alone", [3, 5], [5], -1, (g, x, scale, bias) =>
      g.node("LayerNormalization", [x, scale, bias], { epsilon: float(1e-5) }, { outputCount: 3 }).slice(1),
    ),
  ],
  BatchNormalization: [
    apply("BatchNormalization", [[2, 3, 2, 2], [3], [3], [3], { shape: [3], low: 0.5, high: 2 }], {
      epsilon: float(1e-3),
    }),
    apply("BatchNormalization", [[4, 3], [3], [3], [3], { shape: [3], low: 0.5, high: 2 }], {}, "2-D"),
  ],
  InstanceNormalization: [apply("InstanceNormalization", [[2, 3, 2, 3], [3], [3]], { epsilon: float(1e-3) })],
  Softmax: [apply("Softmax", [[3, 4]]), apply("Softmax", [[2, 3, 4]], { axis: int(1) }, "axis 1")],
  LogSoftmax: [apply("LogSoftmax", [[3, 4]]), apply("LogSoftmax", [[2, 3, 4]], { axis: int(0) }, "axis 0")],
} satisfies Partial<Record<OpType, readonly GradientCase[]>>;
