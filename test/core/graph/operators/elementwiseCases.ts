import { float, int, string } from "../../../../src/core/graph/graph";
import type { OpType } from "../../../../src/core/graph/opType";
import type { DataType } from "../../../../src/core/graph/tensor";
import { booleans, fed, floats, integers, known, operatorCase, type OperatorCase } from "./operatorCase";

const anyReal: readonly OpType[] = [
  "Abs", "Neg", "Exp", "Sin", "Cos", "Erf", "Floor", "Ceil", "Sign", "Relu", "LeakyRelu", "Elu", "Softplus", "Sigmoid",
  "Tanh", "Gelu", "HardSigmoid", "HardSwish", "Identity",
]; // prettier-ignore

const positiveReal: readonly OpType[] = ["Log", "Sqrt", "Reciprocal"];

const arithmetic: readonly OpType[] = ["Add", "Sub", "Mul", "Div", "Min", "Max"];

const comparisons: readonly OpType[] = ["Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"];

const casts: readonly (readonly [DataType, DataType])[] = [
  ["float32", "int64"], ["float32", "int32"], ["float32", "bool"], ["float32", "float64"], ["float32", "float16"],
  ["float64", "float32"], ["int64", "float32"], ["int64", "int32"], ["int32", "int64"], ["int64", "bool"],
  ["bool", "float32"], ["bool", "int64"], ["uint8", "float32"], ["int64", "int64"],
]; // prettier-ignore

export const elementwiseCases: readonly OperatorCase[] = [
  ...anyReal.map((opType) => operatorCase(opType, "both signs", [floats([3, 5], -4, 4)])),
  ...positiveReal.map((opType) => operatorCase(opType, "positive", [floats([3, 5], 0.1, 4)])),
  operatorCase("Erf", "where it saturates", [fed("float32", [7], [-9, -5.9, -3, 0, 1e-6, 3.2, 7])]),
  operatorCase("Round", "ties to even", [fed("float32", [8], [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4, -2.6])]),
  operatorCase("Sign", "of integers", [integers([7])]),
  operatorCase("Abs", "of integers", [integers([7])]),
  operatorCase("Neg", "of int32", [integers([7], -5, 6, "int32")]),
  operatorCase("IsNaN", "NaN and infinity", [fed("float32", [4], [NaN, 1, Infinity, -0])]),
  operatorCase("Not", "bool", [booleans([5])]),
  operatorCase("LeakyRelu", "alpha", [floats([6])], { alpha: float(0.25) }),
  operatorCase("Elu", "alpha", [floats([6])], { alpha: float(1.5) }),
  operatorCase("HardSigmoid", "alpha and beta", [floats([6], -4, 4)], { alpha: float(1 / 6), beta: float(0.5) }),
  operatorCase("Gelu", "tanh approximation", [floats([12], -4, 4)], { approximate: string("tanh") }),
  operatorCase("Clip", "both bounds", [floats([8]), known([-0.5], "float32", []), known([0.75], "float32", [])]),
  operatorCase("Clip", "lower bound only", [floats([8]), known([-0.5], "float32", [])]),
  operatorCase("Clip", "upper bound only", [floats([8]), undefined, known([0.75], "float32", [])]),
  operatorCase("Clip", "integers", [integers([8]), known([-2], "int64", []), known([3], "int64", [])]),
  operatorCase("PRelu", "slope per channel", [floats([2, 3, 4]), floats([3, 1], 0.1, 0.4)]),
  operatorCase("Softplus", "large arguments", [fed("float32", [4], [-90, -20, 20, 90])]),
  ...casts.map(([from, to]) =>
    operatorCase(
      "Cast",
      `${from} to ${to}`,
      [fed(from, [6], from === "bool" ? [0, 1, 1, 0, 1, 0] : [0, 1, 2, 7, 3, 100])],
      {
        to: string(to),
      },
    ),
  ),
  operatorCase("Cast", "negative fractions truncate", [fed("float32", [4], [-1.7, -0.2, 0.9, 2.9])], {
    to: string("int64"),
  }),
];

export const broadcastingCases: readonly OperatorCase[] = [
  ...arithmetic.flatMap((opType) => [
    operatorCase(opType, "equal shapes", [floats([2, 3]), floats([2, 3], 0.5, 2)]),
    operatorCase(opType, "both repeated", [floats([2, 1, 4]), floats([3, 1], 0.5, 2)]),
    operatorCase(opType, "scalar", [floats([2, 3]), floats([], 0.5, 2)]),
    operatorCase(opType, "integers", [integers([2, 3]), integers([3], 1, 4)]),
  ]),
  operatorCase("Div", "integers truncate", [fed("int32", [4], [-7, 7, -7, 7]), fed("int32", [4], [2, 2, -2, -2])]),
  operatorCase("Pow", "fractional", [floats([2, 3], 0.2, 3), floats([3])]),
  operatorCase("Pow", "integer exponent", [floats([2, 3]), fed("int64", [], [3])]),
  operatorCase("Pow", "integer base", [integers([4]), fed("int64", [], [2])]),
  operatorCase("Mod", "sign of the divisor", [fed("int64", [4], [-7, 7, -7, 7]), fed("int64", [4], [3, 3, -3, -3])]),
  operatorCase(
    "Mod",
    "sign of the dividend",
    [fed("float32", [4], [-7.5, 7.5, -7, 7]), fed("float32", [4], [2, 2, -3, -3])],
    { fmod: int(1) },
  ),
  operatorCase("Min", "three operands", [floats([2, 3]), floats([3]), floats([2, 1])]),
  operatorCase("Max", "one operand", [floats([2, 3])]),
  ...comparisons.flatMap((opType) => [
    operatorCase(opType, "floats", [floats([2, 3]), floats([3])]),
    operatorCase(opType, "integers", [integers([2, 1], 0, 3), integers([4], 0, 3)]),
  ]),
  operatorCase("Equal", "bool", [booleans([2, 3]), booleans([3])]),
  operatorCase("And", "broadcast", [booleans([2, 1]), booleans([3])]),
  operatorCase("Or", "broadcast", [booleans([2, 1]), booleans([3])]),
  operatorCase("Xor", "broadcast", [booleans([2, 1]), booleans([3])]),
  operatorCase("Where", "all three broadcast", [booleans([2, 1, 3]), floats([4, 1]), floats([])]),
  operatorCase("Where", "integers beyond 2^53", [
    booleans([3]),
    { value: { dtype: "int64", shape: [], data: BigInt64Array.of(2n ** 63n - 1n) }, isKnown: false },
    integers([3]),
  ]),
];
