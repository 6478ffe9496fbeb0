import { float, int, ints, string } from "../../../../src/core/graph/graph";
import { floats, integers, operatorCase, type OperatorCase } from "./operatorCase";

const einsums: readonly (readonly [string, ...(readonly number[])[]])[] = [
  ["ij,jk->ik", [2, 3], [3, 4]],
  ["bhid,bhjd->bhij", [2, 2, 3, 4], [2, 2, 5, 4]],
  ["bij,bjk", [2, 3, 4], [2, 4, 2]],
  ["...ij,...jk->...ik", [2, 1, 3, 4], [1, 2, 4, 2]],
  ["ii->i", [3, 3]],
  ["ij->", [2, 3]],
  ["i,j,k->kji", [2], [3], [4]],
  ["b i d, d o -> b i o", [2, 3, 4], [4, 5]],
];

export const productCases: readonly OperatorCase[] = [
  operatorCase("MatMul", "matrices", [floats([3, 4]), floats([4, 2])]),
  operatorCase("MatMul", "stacks that broadcast", [floats([2, 1, 3, 4]), floats([5, 4, 2])]),
  operatorCase("MatMul", "row vector", [floats([4]), floats([3, 4, 2])]),
  operatorCase("MatMul", "column vector", [floats([3, 2, 4]), floats([4])]),
  operatorCase("MatMul", "two vectors", [floats([4]), floats([4])]),
  operatorCase("MatMul", "int32", [integers([2, 3], -5, 6, "int32"), integers([3, 2], -5, 6, "int32")]),
  operatorCase("Gemm", "plain", [floats([2, 3]), floats([3, 4])]),
  operatorCase("Gemm", "both transposed, scaled, bias", [floats([3, 2]), floats([4, 3]), floats([4])], {
    transA: int(1), transB: int(1), alpha: float(0.5), beta: float(2),
  }), // prettier-ignore
  operatorCase("Gemm", "column of biases", [floats([2, 3]), floats([4, 3]), floats([2, 1])], { transB: int(1) }),
  operatorCase("Gemm", "scalar bias", [floats([2, 3]), floats([3, 4]), floats([])]),
  ...einsums.map(([equation, ...shapes]) =>
    operatorCase(
      "Einsum",
      equation,
      shapes.map((shape) => floats(shape)),
      { equation: string(equation) },
    ),
  ),
  operatorCase("Conv", "one spatial axis", [floats([2, 3, 9]), floats([4, 3, 3]), floats([4])]),
  operatorCase("Conv", "pads, strides and dilations", [floats([1, 2, 7, 8]), floats([3, 2, 3, 2])], {
    pads: ints([1, 0, 2, 1]), strides: ints([2, 1]), dilations: ints([1, 2]),
  }), // prettier-ignore
  operatorCase("Conv", "groups", [floats([2, 4, 5, 5]), floats([6, 2, 3, 3]), floats([6])], { group: int(2) }),
  operatorCase("Conv", "depthwise", [floats([1, 3, 6, 6]), floats([3, 1, 3, 3])], {
    group: int(3),
    pads: ints([1, 1, 1, 1]),
  }),
  operatorCase("Conv", "three spatial axes", [floats([1, 2, 4, 4, 4]), floats([2, 2, 2, 2, 2])]),
  ...["SAME_UPPER", "SAME_LOWER", "VALID"].map((autoPad) =>
    operatorCase("Conv", autoPad, [floats([1, 2, 7, 6]), floats([3, 2, 4, 3])], {
      auto_pad: string(autoPad),
      strides: ints([2, 2]),
    }),
  ),
  operatorCase("ConvTranspose", "plain", [floats([1, 2, 3, 3]), floats([2, 3, 3, 3]), floats([3])]),
  operatorCase("ConvTranspose", "strides, pads, output padding", [floats([2, 2, 3, 4]), floats([2, 3, 3, 3])], {
    strides: ints([2, 2]), pads: ints([1, 1, 1, 1]), output_padding: ints([1, 0]),
  }), // prettier-ignore
  operatorCase("ConvTranspose", "groups and dilations", [floats([1, 4, 4, 4]), floats([4, 2, 2, 2])], {
    group: int(2), dilations: ints([2, 1]),
  }), // prettier-ignore
  operatorCase("ConvTranspose", "one spatial axis", [floats([1, 2, 5]), floats([2, 1, 4])], { strides: ints([3]) }),
  operatorCase("ConvTranspose", "output_shape", [floats([1, 1, 3, 3]), floats([1, 2, 3, 3])], {
    strides: ints([3, 2]), output_shape: ints([10, 8]),
  }), // prettier-ignore
  ...["SAME_UPPER", "SAME_LOWER"].map(
    (autoPad) =>
    operatorCase("ConvTranspose", autoPad, [floats([1, 1, 3, 3]), floats([1, 2, 4, 3])], {
      auto_pad: string(autoPad), strides: ints([2, 2]),
    }), // prettier-ignore
  ),
];

export const normalizationCases: readonly OperatorCase[] = [
  operatorCase("BatchNormalization", "images", [
    floats([2, 3, 2, 2]), floats([3], 0.5, 2), floats([3]), floats([3]), floats([3], 0.2, 3),
  ], { epsilon: float(1e-3) }), // prettier-ignore
  operatorCase("BatchNormalization", "vectors", [
    floats([4, 3]), floats([3], 0.5, 2), floats([3]), floats([3]), floats([3], 0.2, 3),
  ]), // prettier-ignore
  operatorCase("InstanceNormalization", "images", [floats([2, 3, 4, 2]), floats([3], 0.5, 2), floats([3])], {
    epsilon: float(1e-4),
  }),
  operatorCase("LayerNormalization", "last axis", [floats([2, 3, 8]), floats([8], 0.5, 2), floats([8])]),
  operatorCase("LayerNormalization", "two axes, no bias", [floats([2, 3, 4]), floats([3, 4], 0.5, 2)], {
    axis: int(-2),
  }),
  operatorCase(
    "LayerNormalization",
    "with its statistics",
    [floats([2, 3, 4]), floats([4], 0.5, 2), floats([4])],
    { axis: int(2), epsilon: float(1e-3) },
    3,
  ),
  ...(["Softmax", "LogSoftmax"] as const).flatMap((opType) => [
    operatorCase(opType, "last axis", [floats([2, 3, 4], -5, 5)]),
    operatorCase(opType, "middle axis", [floats([2, 3, 4], -5, 5)], { axis: int(1) }),
    operatorCase(opType, "large arguments", [floats([2, 5], -300, 300)]),
  ]),
];
