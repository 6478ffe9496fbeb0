import { floatAttribute, stringAttribute } from "../graph";
import type { OpType } from "../opType";
import type { Attributes } from "../graph";
import { argument, elementsOf, fromElements, outputType } from "./elements";
import { erf } from "./erf";
import type { EvaluationRule } from "./rule";

type RealFunction = (x: number) => number;

/** Applies a function to every element. */
function map(f: RealFunction): EvaluationRule {
  return mapWith(() => f);
}

/** As {@link map}, for a function that the attributes choose. */
function mapWith(choose: (attributes: Attributes) => RealFunction): EvaluationRule {
  return (context) => {
    const f = choose(context.attributes);
    const x = elementsOf(argument(context, 0));
    const y = new Float64Array(x.length);
    for (let i = 0; i < x.length; i++) y[i] = f(x[i] ?? 0);
    return [fromElements(outputType(context), y)];
  };
}

const identity: EvaluationRule = (context) => [argument(context, 0)];

const cast: EvaluationRule = (context) => {
  const x = argument(context, 0);
  const type = outputType(context);
  return [x.dtype === type.dtype ? x : fromElements(type, elementsOf(x))];
};

const clip: EvaluationRule = (context) => {
  const x = elementsOf(argument(context, 0));
  const [low, high] = [1, 2].map((index) => {
    const bound = context.inputs[index];
    return bound && elementsOf(bound)[0];
  });
  const y = x.map((value) => {
    const raised = low !== undefined && value < low ? low : value;
    return high !== undefined && raised > high ? high : raised;
  });
  return [fromElements(outputType(context), y)];
};

/** The nearest integer; of two equally near ones, the even one. */
const roundHalfToEven: RealFunction = (x) => {
  const floor = Math.floor(x);
  const isUp = x - floor === 0.5 ? floor % 2 !== 0 : x - floor > 0.5;
  return isUp ? floor + 1 : floor;
};

const relu: RealFunction = (x) => (x < 0 ? 0 : x);
const sigmoid: RealFunction = (x) => 1 / (1 + Math.exp(-x));
const softplus: RealFunction = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const clamp01: RealFunction = (x) => Math.min(1, Math.max(0, x));

const geluExact: RealFunction = (x) => 0.5 * x * (1 + erf(x / Math.SQRT2));
const geluTanh: RealFunction = (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

export const elementwiseEvaluation = {
  Identity: identity,
  Cast: cast,
  Clip: clip,
  Abs: map(Math.abs),
  Neg: map((x) => -x),
  Exp: map(Math.exp),
  Log: map(Math.log),
  Sqrt: map(Math.sqrt),
  Reciprocal: map((x) => 1 / x),
  Sin: map(Math.sin),
  Cos: map(Math.cos),
  Erf: map(erf),
  Floor: map(Math.floor),
  Ceil: map(Math.ceil),
  Round: map(roundHalfToEven),
  Sign: map(Math.sign),
  Not: map((x) => (x === 0 ? 1 : 0)),
  IsNaN: map((x) => (Number.isNaN(x) ? 1 : 0)),
  Relu: map(relu),
  Softplus: map(softplus),
  Sigmoid: map(sigmoid),
  Tanh: map(Math.tanh),
  HardSwish: map((x) => x * clamp01(x / 6 + 0.5)),
  LeakyRelu: mapWith((attributes) => {
    const alpha = floatAttribute(attributes, "alpha", 0.01);
    return (x) => (x < 0 ? alpha * x : x);
  }),
  Elu: mapWith((attributes) => {
    const alpha = floatAttribute(attributes, "alpha", 1);
    return (x) => (x < 0 ? alpha * Math.expm1(x) : x);
  }),
  HardSigmoid: mapWith((attributes) => {
    const [alpha, beta] = [floatAttribute(attributes, "alpha", 0.2), floatAttribute(attributes, "beta", 0.5)];
    return (x) => clamp01(alpha * x + beta);
  }),
  Gelu: mapWith((attributes) => (stringAttribute(attributes, "approximate", "none") === "tanh" ? geluTanh : geluExact)),
} as const satisfies Partial<Record<OpType, EvaluationRule>>;
