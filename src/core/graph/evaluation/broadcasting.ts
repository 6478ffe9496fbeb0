import { broadcastStrides } from "../geometry/broadcast";
import { intAttribute } from "../graph";
import { sameShape } from "../inference/operands";
import type { OpType } from "../opType";
import type { Shape, Tensor } from "../tensor";
import { fromData, sizeOf } from "../tensor";
import { allocate } from "../tensor";
import { argument, elementsOf, fromElements, isInteger, outputType } from "./elements";
import { stridedIndices } from "./indexMaps";
import type { EvaluationRule } from "./rule";

type BinaryFunction = (a: number, b: number) => number;

/** Positions at which a tensor of `shape` is read when it is broadcast to `target`; undefined: every element in turn. */
export function broadcastIndices(shape: Shape, target: Shape): Int32Array | undefined {
  return sameShape(shape, target) ? undefined : stridedIndices(target, broadcastStrides(shape, target));
}

function combine(a: Tensor, b: Tensor, target: Shape, f: BinaryFunction): Float64Array {
  const [x, y] = [elementsOf(a), elementsOf(b)];
  const [xAt, yAt] = [broadcastIndices(a.shape, target), broadcastIndices(b.shape, target)];
  const result = new Float64Array(sizeOf(target));
  for (let i = 0; i < result.length; i++)
    result[i] = f(x[xAt ? (xAt[i] ?? 0) : i] ?? 0, y[yAt ? (yAt[i] ?? 0) : i] ?? 0);
  return result;
}

function binary(f: BinaryFunction): EvaluationRule {
  return (context) => {
    const type = outputType(context);
    return [fromElements(type, combine(argument(context, 0), argument(context, 1), type.shape, f))];
  };
}

/** A comparison or logical connective: true is 1. */
function predicate(f: (a: number, b: number) => boolean): EvaluationRule {
  return binary((a, b) => (f(a, b) ? 1 : 0));
}

const div: EvaluationRule = (context) =>
  binary(isInteger(outputType(context).dtype) ? (a, b) => Math.trunc(a / b) : (a, b) => a / b)(context);

/** The sign of the result is the divisor's, or with `fmod` the dividend's. */
const mod: EvaluationRule = (context) =>
  binary(intAttribute(context.attributes, "fmod", 0) === 1 ? (a, b) => a % b : (a, b) => a - b * Math.floor(a / b))(
    context,
  );

function variadic(f: BinaryFunction): EvaluationRule {
  return (context) => {
    const type = outputType(context);
    const first = argument(context, 0);
    const result = context.inputs.slice(1).reduce<Tensor>(
      (sofar, _, index) => {
        const next = argument(context, index + 1);
        return fromData("float64", type.shape, combine(sofar, next, type.shape, f));
      },
      { dtype: "float64", shape: first.shape, data: elementsOf(first) },
    );
    return [fromElements(type, elementsOf(result))];
  };
}

/** Chooses bit for bit, so that no precision of integers is lost. */
const where: EvaluationRule = (context) => {
  const { dtype, shape } = outputType(context);
  const [condition, x, y] = [argument(context, 0), argument(context, 1), argument(context, 2)];
  const [conditionAt, xAt, yAt] = [condition, x, y].map((input) => broadcastIndices(input.shape, shape));
  const data = allocate(dtype, sizeOf(shape)) as Float64Array;
  const [xData, yData] = [x.data as Float64Array, y.data as Float64Array];
  for (let i = 0; i < data.length; i++) {
    const isX = condition.data[conditionAt ? (conditionAt[i] ?? 0) : i] !== 0;
    data[i] = (isX ? xData[xAt ? (xAt[i] ?? 0) : i] : yData[yAt ? (yAt[i] ?? 0) : i]) ?? 0;
  }
  return [fromData(dtype, shape, data)];
};

const pRelu = binary((x, slope) => (x < 0 ? slope * x : x));

export const broadcastingEvaluation = {
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: div,
  Mod: mod,
  Pow: binary((a, b) => a ** b),
  Min: variadic(Math.min),
  Max: variadic(Math.max),
  Equal: predicate((a, b) => a === b),
  Greater: predicate((a, b) => a > b),
  GreaterOrEqual: predicate((a, b) => a >= b),
  Less: predicate((a, b) => a < b),
  LessOrEqual: predicate((a, b) => a <= b),
  And: predicate((a, b) => a !== 0 && b !== 0),
  Or: predicate((a, b) => a !== 0 || b !== 0),
  Xor: predicate((a, b) => (a !== 0) !== (b !== 0)),
  PRelu: pRelu,
  Where: where,
} as const satisfies Partial<Record<OpType, EvaluationRule>>;
