import { float, int, ints, string } from "../../../../src/core/graph/graph";
import { fed, floats, integers, known, operatorCase, type CaseInput, type OperatorCase } from "./operatorCase";

const reductions = [
  "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare",
  "ReduceLogSumExp",
] as const; // prettier-ignore

export const reductionCases: readonly OperatorCase[] = [
  ...reductions.flatMap((opType) => [
    operatorCase(opType, "two axes, one negative", [floats([2, 3, 4]), known([0, -1])]),
    operatorCase(opType, "middle axis dropped", [floats([2, 3, 4]), known([1])], { keepdims: int(0) }),
    operatorCase(opType, "every axis", [floats([2, 3])], { keepdims: int(0) }),
    operatorCase(opType, "every axis kept", [floats([2, 3])]),
  ]),
  operatorCase("ReduceSum", "no axes, no operation", [floats([2, 3]), known([])], { noop_with_empty_axes: int(1) }),
  operatorCase("ReduceSum", "integers", [integers([2, 3]), known([1])]),
  operatorCase("ReduceMax", "integers", [integers([2, 3]), known([0])]),
  ...(["ArgMax", "ArgMin"] as const).flatMap((opType) => [
    operatorCase(opType, "first axis", [floats([3, 4])]),
    operatorCase(opType, "negative axis dropped", [floats([2, 3, 4])], { axis: int(-2), keepdims: int(0) }),
    operatorCase(opType, "first of equals", [integers([2, 9], 0, 2)].map(asInt32), { axis: int(1) }),
    operatorCase(opType, "last of equals", [integers([2, 9], 0, 2)].map(asInt32), {
      axis: int(1),
      select_last_index: int(1),
    }),
  ]),
  operatorCase("CumSum", "plain", [floats([2, 4]), known([1], "int64", [])]),
  operatorCase("CumSum", "exclusive", [floats([3, 2]), known([0], "int64", [])], { exclusive: int(1) }),
  operatorCase("CumSum", "reverse", [floats([2, 4]), known([-1], "int64", [])], { reverse: int(1) }),
  operatorCase("CumSum", "exclusive and reverse", [integers([2, 4]), known([-1], "int32", [])], {
    exclusive: int(1),
    reverse: int(1),
  }),
  operatorCase("TopK", "largest", [floats([2, 7]), known([3])], {}, 2),
  operatorCase(
    "TopK",
    "smallest along the first axis",
    [floats([7, 2]), known([4])],
    { axis: int(0), largest: int(0) },
    2,
  ),
  operatorCase("TopK", "equal elements", [fed("float32", [6], [1, 3, 3, 2, 3, 1]), known([5])], {}, 2),
];

function asInt32({ value }: CaseInput): CaseInput {
  return fed("int32", value.shape, Array.from(value.data as BigInt64Array, Number));
}

const pools = ["MaxPool", "AveragePool"] as const;

export const poolingCases: readonly OperatorCase[] = [
  ...pools.flatMap((opType) => [
    operatorCase(opType, "one spatial axis", [floats([2, 2, 7])], { kernel_shape: ints([3]) }),
    operatorCase(opType, "pads and strides", [floats([1, 2, 7, 6])], {
      kernel_shape: ints([3, 2]), pads: ints([1, 0, 1, 1]), strides: ints([2, 2]),
    }), // prettier-ignore
    operatorCase(opType, "ceil_mode", [floats([1, 1, 6, 7])], {
      kernel_shape: ints([3, 3]), strides: ints([2, 2]), ceil_mode: int(1),
    }), // prettier-ignore
    operatorCase(opType, "ceil_mode whose last window would start in the end padding", [floats([1, 1, 4, 4])], {
      kernel_shape: ints([2, 2]), strides: ints([3, 3]), pads: ints([0, 0, 1, 1]), ceil_mode: int(1),
    }), // prettier-ignore
    operatorCase(opType, "dilations", [floats([1, 2, 8, 8])], { kernel_shape: ints([3, 2]), dilations: ints([2, 3]) }),
    ...["SAME_UPPER", "SAME_LOWER", "VALID"].map(
      (autoPad) =>
      operatorCase(opType, autoPad, [floats([1, 1, 5, 6])], {
        kernel_shape: ints([2, 3]), strides: ints([2, 2]), auto_pad: string(autoPad),
      }), // prettier-ignore
    ),
    operatorCase(opType, "three spatial axes", [floats([1, 1, 4, 4, 4])], {
      kernel_shape: ints([2, 2, 3]),
      strides: ints([2, 1, 1]),
    }),
  ]),
  operatorCase(
    "MaxPool",
    "with indices",
    [floats([2, 2, 5, 4])],
    { kernel_shape: ints([2, 2]), strides: ints([2, 1]) },
    2,
  ),
  operatorCase(
    "MaxPool",
    "with column-major indices",
    [floats([1, 2, 5, 4])],
    { kernel_shape: ints([2, 2]), storage_order: int(1) },
    2,
  ),
  operatorCase("AveragePool", "padding counted", [floats([1, 2, 5, 5])], {
    kernel_shape: ints([3, 3]), pads: ints([1, 1, 1, 1]), count_include_pad: int(1),
  }), // prettier-ignore
  operatorCase("AveragePool", "padding counted, ceil_mode", [floats([1, 1, 6, 6])], {
    kernel_shape: ints([3, 3]), pads: ints([1, 1, 1, 1]), strides: ints([2, 2]), count_include_pad: int(1), ceil_mode: int(1),
  }), // prettier-ignore
  operatorCase("GlobalAveragePool", "images", [floats([2, 3, 4, 5])]),
  operatorCase("GlobalMaxPool", "images", [floats([2, 3, 4, 5])]),
  ...resizeCases(),
];

function resizeCases(): OperatorCase[] {
  const scales = (values: number[]): CaseInput => known(values, "float32");
  const transformations = ["half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric"];
  return [
    ...transformations.flatMap((transformation) =>
      ["nearest", "linear", "cubic"].map(
        (mode) =>
        operatorCase("Resize", `${mode}, ${transformation}`, [floats([1, 2, 5, 6]), undefined, scales([1, 1, 1.7, 0.6])], {
          mode: string(mode), coordinate_transformation_mode: string(transformation),
        }), // prettier-ignore
      ),
    ),
    ...["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"].map(
      (nearest) =>
      operatorCase("Resize", `nearest, ${nearest}`, [floats([1, 1, 4, 4]), undefined, undefined, known([1, 1, 8, 6])], {
        mode: string("nearest"), nearest_mode: string(nearest), coordinate_transformation_mode: string("asymmetric"),
      }), // prettier-ignore
    ),
    operatorCase("Resize", "sizes of two axes", [floats([1, 2, 4, 6]), undefined, undefined, known([7, 3])], {
      mode: string("linear"), axes: ints([2, 3]),
    }), // prettier-ignore
    ...["not_larger", "not_smaller"].map(
      (policy) =>
      operatorCase("Resize", policy, [floats([1, 1, 4, 6]), undefined, undefined, known([7, 8])], {
        mode: string("linear"), axes: ints([2, 3]), keep_aspect_ratio_policy: string(policy),
      }), // prettier-ignore
    ),
    operatorCase("Resize", "linear, antialias", [floats([1, 1, 8, 9]), undefined, scales([1, 1, 0.4, 0.7])], {
      mode: string("linear"), antialias: int(1), exclude_outside: int(1),
    }), // prettier-ignore
    operatorCase("Resize", "cubic, antialias", [floats([1, 1, 8, 9]), undefined, scales([1, 1, 0.5, 0.7])], {
      mode: string("cubic"), antialias: int(1), exclude_outside: int(1), cubic_coeff_a: float(-0.5),
    }), // prettier-ignore
    operatorCase("Resize", "cubic, outside excluded", [floats([1, 1, 4, 4]), undefined, scales([1, 1, 2, 2])], {
      mode: string("cubic"), exclude_outside: int(1), cubic_coeff_a: float(-0.5),
    }), // prettier-ignore
    operatorCase(
      "Resize", "tf_crop_and_resize",
      [floats([1, 1, 4, 4]), known([0, 0, 0.4, -0.1, 1, 1, 1.2, 0.7], "float32"), undefined, known([1, 1, 3, 3])],
      { mode: string("linear"), coordinate_transformation_mode: string("tf_crop_and_resize"), extrapolation_value: float(10) },
    ), // prettier-ignore
    operatorCase("Resize", "linear, one spatial axis", [floats([2, 3, 5]), undefined, scales([1, 1, 2])], {
      mode: string("linear"),
    }),
  ];
}
