import { float, int, string, type Attributes } from "../../../../src/core/graph/graph";
import type { Value } from "../../../../src/core/graph/graphBuilder";
import type { OpBuilder } from "../../../../src/core/graph/opBuilder";
import type { OpType } from "../../../../src/core/graph/opType";
import { tensor } from "../../../../src/core/graph/tensor";
import type { CheckedInput, GradientCase } from "../../../support/gradcheck";

const x: CheckedInput = { shape: [3, 4] };
const positive: CheckedInput = { shape: [3, 4], low: 0.3, high: 2 };

/** One operator applied to its inputs. */
export function apply(
  opType: OpType,
  inputs: GradientCase["inputs"],
  attributes: Attributes = {},
  label = "",
): GradientCase {
  return { label: `${opType} ${label}`.trim(), inputs, build: (g, ...values) => g.op(opType, values, attributes) };
}

const pairs = (
  opType: OpType,
  a: Omit<CheckedInput, "shape"> = {},
  b: Omit<CheckedInput, "shape"> = {},
): GradientCase[] =>
  [
    [
      [3, 4],
      [3, 4],
    ],
    [[3, 4], [4]],
    [
      [2, 1, 4],
      [3, 1],
    ],
    [[], [2, 3]],
    [
      [1, 1],
      [2, 3],
    ],
  ].map(([left, right]) =>
    apply(
      opType,
      [
        { shape: left!, ...a },
        { shape: right!, ...b },
      ],
      {},
      `[${left!.join()}] [${right!.join()}]`,
    ),
  );

/** x compared with something, turned into a factor: no gradient comes from the comparison. */
const asMask = (opType: OpType): GradientCase => ({
  label: `${opType} as a mask`,
  inputs: [
    [3, 4],
    [3, 4],
  ],
  build: (g, a, b) => g.mul(a, g.cast(g.op(opType, [a, b]), "float32")),
});

const logicalMask = (opType: OpType): GradientCase => ({
  label: `${opType} as a mask`,
  inputs: [
    [3, 4],
    [3, 4],
  ],
  build: (g, a, b) => {
    const zero = g.scalar(0);
    return g.where(g.op(opType, [g.greater(a, zero), g.less(b, zero)]), a, b);
  },
});

/** x plus a step function of x: the derivative is 1. */
const asStep = (opType: OpType): GradientCase => ({
  label: `${opType} as a step`,
  inputs: [x],
  build: (g, a) => g.add(a, g.op(opType, [a])),
});

const clip = (low: number | undefined, high: number | undefined): GradientCase => ({
  label: `Clip ${low}..${high}`,
  inputs: [x],
  build: (g, a) =>
    g.clip(a, low === undefined ? undefined : g.scalar(low), high === undefined ? undefined : g.scalar(high)),
});

const power = (exponent: number, base: CheckedInput = x): GradientCase => ({
  label: `Pow constant ${exponent}`,
  inputs: [base],
  build: (g, a) => g.pow(a, g.scalar(exponent)),
});

const mask = (g: OpBuilder): Value => g.constant(tensor("bool", [3, 4], [1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0]));

export const elementwiseCases = {
  Abs: [apply("Abs", [x])],
  Neg: [apply("Neg", [x])],
  Exp: [apply("Exp", [x])],
  Log: [apply("Log", [positive])],
  Sqrt: [apply("Sqrt", [positive])],
  Reciprocal: [apply("Reciprocal", [positive])],
  Sin: [apply("Sin", [x])],
  Cos: [apply("Cos", [x])],
  Erf: [apply("Erf", [x])],
  Identity: [apply("Identity", [x])],
  Cast: [
    apply("Cast", [x], { to: string("float32") }),
    {
      label: "Cast to an integer stops",
      inputs: [x],
      build: (g, a) => g.mul(a, g.cast(g.cast(a, "int32"), "float32")),
    },
    { label: "Cast through double", inputs: [x], build: (g, a) => g.cast(g.exp(g.cast(a, "float64")), "float32") },
  ],
  Floor: [asStep("Floor")],
  Ceil: [asStep("Ceil")],
  Round: [asStep("Round")],
  Sign: [asStep("Sign")],
  Not: [
    {
      label: "Not as a mask",
      inputs: [x],
      build: (g, a) => g.where(g.op("Not", [g.greater(a, g.scalar(0))]), a, g.scalar(0)),
    },
  ],
  IsNaN: [{ label: "IsNaN as a mask", inputs: [x], build: (g, a) => g.where(g.op("IsNaN", [a]), g.scalar(0), a) }],
  Relu: [apply("Relu", [x])],
  LeakyRelu: [apply("LeakyRelu", [x]), apply("LeakyRelu", [x], { alpha: float(0.3) }, "alpha")],
  PRelu: [
    apply("PRelu", [x, [4]]),
    apply(
      "PRelu",
      [
        [2, 3, 2, 2],
        [3, 1, 1],
      ],
      {},
      "per channel",
    ),
  ],
  Elu: [apply("Elu", [x]), apply("Elu", [x], { alpha: float(0.5) }, "alpha")],
  Softplus: [apply("Softplus", [x])],
  Sigmoid: [apply("Sigmoid", [x])],
  Tanh: [apply("Tanh", [x])],
  Gelu: [apply("Gelu", [x]), apply("Gelu", [x], { approximate: string("tanh") }, "tanh")],
  HardSigmoid: [
    apply("HardSigmoid", [{ shape: [3, 4], low: -4, high: 4 }]),
    apply("HardSigmoid", [x], { alpha: float(0.5), beta: float(0.3) }, "alpha beta"),
  ],
  HardSwish: [apply("HardSwish", [{ shape: [3, 4], low: -5, high: 5 }])],
  Clip: [
    clip(-1, 1),
    clip(0, undefined),
    clip(undefined, 0.5),
    clip(undefined, undefined),
    {
      label: "Clip by variables",
      inputs: [x, { shape: [], values: [-0.7] }, { shape: [], values: [0.9] }],
      build: (g, a, low, high) => g.clip(a, low, high),
    },
  ],
  Add: pairs("Add"),
  Sub: pairs("Sub"),
  Mul: [...pairs("Mul"), { label: "Mul square", inputs: [x], build: (g, a) => g.mul(a, a) }],
  Div: pairs("Div", {}, { low: 0.5, high: 2 }),
  Pow: [
    ...pairs("Pow", { low: 0.3, high: 2 }),
    power(1),
    power(2),
    power(3),
    power(4),
    power(0.5, positive),
    power(-1, positive),
    power(-1.5, positive),
    {
      label: "Pow integer exponent",
      inputs: [x],
      build: (g, a) => g.pow(a, g.constant(tensor("int64", [4], [1, 2, 3, 4]))),
    },
  ],
  Mod: [
    apply(
      "Mod",
      [
        { shape: [3, 4], low: 2, high: 7 },
        { shape: [4], values: [1.7, 2.3, 0.9, 1.1] },
      ],
      { fmod: int(1) },
    ),
  ],
  Max: [...pairs("Max"), apply("Max", [x], {}, "of one"), apply("Max", [x, [4], [3, 1]], {}, "of three")],
  Min: [...pairs("Min"), apply("Min", [x, [4], [3, 1]], {}, "of three")],
  Equal: [asMask("Equal")],
  Greater: [asMask("Greater")],
  GreaterOrEqual: [asMask("GreaterOrEqual")],
  Less: [asMask("Less")],
  LessOrEqual: [asMask("LessOrEqual")],
  And: [logicalMask("And")],
  Or: [logicalMask("Or")],
  Xor: [logicalMask("Xor")],
  Where: [
    { label: "Where", inputs: [x, x], build: (g, a, b) => g.where(mask(g), a, b) },
    { label: "Where broadcasting", inputs: [[4], [3, 1]], build: (g, a, b) => g.where(mask(g), a, b) },
    { label: "Where scalar", inputs: [x, []], build: (g, a, b) => g.where(mask(g), a, b) },
  ],
} satisfies Partial<Record<OpType, readonly GradientCase[]>>;
