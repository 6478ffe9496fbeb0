import type { Value } from "../../../graph/graphBuilder";
import type { OpType } from "../../../graph/opType";
import { sizeOf } from "../../../graph/tensor";
import type { ConversionContext, ConversionRule } from "../rule";
import { tfDataType, tfFloat } from "../tfAttributes";
import { asIs, channelsFirst, type TfValue, toChannelsFirstOrder } from "../tfValue";

/** A function of each element: the order of the axes does not matter. */
export function unary(build: (context: ConversionContext, x: Value) => Value): ConversionRule {
  return (context) => {
    const input = context.input(0);
    return { ...input, value: build(context, input.value) };
  };
}

const simpleUnary = (opType: OpType): ConversionRule => unary(({ g }, x) => g.op(opType, [x]));

/**
 * Operands of a broadcasting operator in one order. When one of them is channels-first the others follow it: NumPy aligns
 * axes at the end, so an operand of lower rank gets leading axes first.
 */
export function alignedOperands(context: ConversionContext, indices: readonly number[]): TfValue[] {
  const operands = indices.map((index) => context.input(index));
  if (!operands.some((operand) => operand.isChannelsFirst)) return operands;
  if (operands.some(({ value }) => value.shape.length > 4)) return indices.map((index) => asIs(context.asIs(index)));
  return operands.map((operand) =>
    operand.isChannelsFirst || sizeOf(operand.value.shape) === 1
      ? operand
      : channelsFirst(imageOperand(context, operand)),
  );
}

function imageOperand({ g }: ConversionContext, { value }: TfValue): Value {
  const shape = [...Array<number>(4 - value.shape.length).fill(1), ...value.shape];
  return g.transpose(g.reshape(value, shape), toChannelsFirstOrder);
}

function binary(build: (context: ConversionContext, a: Value, b: Value) => Value): ConversionRule {
  return (context) => {
    const [a, b] = alignedOperands(context, [0, 1]) as [TfValue, TfValue];
    return { value: build(context, a.value, b.value), isChannelsFirst: a.isChannelsFirst || b.isChannelsFirst };
  };
}

const simpleBinary = (opType: OpType): ConversionRule => binary(({ g }, a, b) => g.op(opType, [a, b]));

const select: ConversionRule = (context) => {
  const operands = alignedOperands(context, [0, 1, 2]);
  const value = context.g.op(
    "Where",
    operands.map((operand) => operand.value),
  );
  return { value, isChannelsFirst: operands.some((operand) => operand.isChannelsFirst) };
};

/** TensorFlow rounds quotients of integers down; ONNX's integer division drops the fraction. */
const floorDiv = binary((context, a, b) => {
  const { g } = context;
  if (a.dtype === "float32") return g.op("Floor", [g.div(a, b)]);
  const quotient = g.op("Floor", [g.div(g.cast(a, "float64"), g.cast(b, "float64"))]);
  return g.cast(quotient, a.dtype);
});

/** The remainder has the divisor's sign, as Python's. */
const floorMod = binary(({ g }, a, b) =>
  a.dtype === "float32" ? g.sub(a, g.mul(b, g.op("Floor", [g.div(a, b)]))) : g.op("Mod", [a, b]),
);

export const square = unary(({ g }, x) => g.mul(x, x));

const cast = unary((context, x) => {
  const dtype = tfDataType(context.node.attributes, "DstT");
  return dtype ? context.g.cast(x, dtype) : context.refuse("casts to a type that is not supported");
});

/** The function named `activation` in a fused operator or as a node of its own. */
export function activate(context: ConversionContext, x: Value, activation: string): Value {
  const { g, node } = context;
  switch (activation) {
    case "Relu":
      return g.relu(x);
    case "Relu6":
      return g.clip(x, g.scalar(0), g.scalar(6));
    case "LeakyRelu":
      return g.op("LeakyRelu", [x], {
        alpha: {
          kind: "float",
          value: tfFloat(node.attributes, node.op === "LeakyRelu" ? "alpha" : "leakyrelu_alpha", 0.2),
        },
      });
    case "Elu":
      return g.op("Elu", [x]);
    case "Sigmoid":
      return g.sigmoid(x);
    case "Tanh":
      return g.tanh(x);
    case "Softplus":
      return g.op("Softplus", [x]);
    case "Selu": {
      const [alpha, scale] = [1.6732632423543772, 1.0507009873554805]; // Klambauer et al., arXiv:1706.02515
      const elu = g.op("Elu", [x], { alpha: { kind: "float", value: alpha } });
      return g.mul(elu, g.scalar(scale));
    }
    default:
      return context.refuse(`has the activation ${activation}, which is not supported`);
  }
}

const activations = ["Relu", "Relu6", "LeakyRelu", "Elu", "Sigmoid", "Tanh", "Softplus", "Selu"] as const;

const prelu: ConversionRule = (context) => {
  const [x, slope] = alignedOperands(context, [0, 1]) as [TfValue, TfValue];
  return { value: context.g.op("PRelu", [x.value, slope.value]), isChannelsFirst: x.isChannelsFirst };
};

const clipByValue = unary((context, x) => {
  const { g } = context;
  return g.clip(x, g.constant(context.constant(1)), g.constant(context.constant(2)));
});

const addN: ConversionRule = (context) => {
  const operands = alignedOperands(context, [...context.inputs.keys()]);
  const value = operands.map((operand) => operand.value).reduce((sum, term) => context.g.add(sum, term));
  return { value, isChannelsFirst: operands.some((operand) => operand.isChannelsFirst) };
};

export const elementwiseRules: Readonly<Record<string, ConversionRule>> = {
  ...Object.fromEntries(activations.map((name) => [name, unary((context, x) => activate(context, x, name))] as const)),
  Prelu: prelu,
  Abs: simpleUnary("Abs"),
  Neg: simpleUnary("Neg"),
  Exp: simpleUnary("Exp"),
  Log: simpleUnary("Log"),
  Sqrt: simpleUnary("Sqrt"),
  Reciprocal: simpleUnary("Reciprocal"),
  Sin: simpleUnary("Sin"),
  Cos: simpleUnary("Cos"),
  Erf: simpleUnary("Erf"),
  Floor: simpleUnary("Floor"),
  Ceil: simpleUnary("Ceil"),
  Round: simpleUnary("Round"),
  Sign: simpleUnary("Sign"),
  LogicalNot: simpleUnary("Not"),
  IsNan: simpleUnary("IsNaN"),
  Rsqrt: unary(({ g }, x) => g.reciprocal(g.sqrt(x))),
  Square: square,
  Log1p: unary(({ g }, x) => g.log(g.add(x, g.scalar(1)))),
  Expm1: unary(({ g }, x) => g.sub(g.exp(x), g.scalar(1))),
  ZerosLike: unary(({ g }, x) => g.mul(x, g.scalar(0, x.dtype))),
  OnesLike: unary(({ g }, x) => g.add(g.mul(x, g.scalar(0, x.dtype)), g.scalar(1, x.dtype))),
  Identity: unary((_, x) => x),
  StopGradient: unary((_, x) => x),
  PreventGradient: unary((_, x) => x),
  Snapshot: unary((_, x) => x),
  Cast: cast,
  ClipByValue: clipByValue,
  Add: simpleBinary("Add"),
  AddV2: simpleBinary("Add"),
  AddN: addN,
  Sub: simpleBinary("Sub"),
  Mul: simpleBinary("Mul"),
  RealDiv: simpleBinary("Div"),
  Div: simpleBinary("Div"),
  DivNoNan: binary(({ g }, a, b) => {
    const isZero = g.equal(b, g.scalar(0, b.dtype));
    return g.where(isZero, g.scalar(0, a.dtype), g.div(a, g.where(isZero, g.scalar(1, b.dtype), b)));
  }),
  FloorDiv: floorDiv,
  FloorMod: floorMod,
  Pow: simpleBinary("Pow"),
  Maximum: simpleBinary("Max"),
  Minimum: simpleBinary("Min"),
  SquaredDifference: binary(({ g }, a, b) => {
    const difference = g.sub(a, b);
    return g.mul(difference, difference);
  }),
  Equal: simpleBinary("Equal"),
  NotEqual: binary(({ g }, a, b) => g.op("Not", [g.equal(a, b)])),
  Greater: simpleBinary("Greater"),
  GreaterEqual: simpleBinary("GreaterOrEqual"),
  Less: simpleBinary("Less"),
  LessEqual: simpleBinary("LessOrEqual"),
  LogicalAnd: simpleBinary("And"),
  LogicalOr: simpleBinary("Or"),
  SelectV2: select,
  Select: select,
};
