import { intAttribute } from "../graph";
import type { OpType } from "../opType";
import { numbersOf } from "../tensor";
import { argument, elementsOf, fromElements, outputType } from "./elements";
import { forEachLane, lanesAlong } from "./indexMaps";
import type { EvaluationRule } from "./rule";

type Fold = (lane: Float64Array) => number;

function reduce(fold: Fold): EvaluationRule {
  return (context) => {
    const data = argument(context, 0);
    const rank = data.shape.length;
    const given = context.inputs[1] ? numbersOf(context.inputs[1]) : [];
    const isNoop = intAttribute(context.attributes, "noop_with_empty_axes", 0) === 1;
    const axes =
      given.length > 0 || isNoop ? given.map((axis) => (axis < 0 ? axis + rank : axis)) : [...data.shape.keys()];
    const lanes = lanesAlong(data.shape, axes);
    const result = new Float64Array(lanes.starts.length);
    forEachLane(elementsOf(data), lanes, (lane, index) => (result[index] = fold(lane)));
    return [fromElements(outputType(context), result)];
  };
}

/** Sums f(x) over the lane. */
function total(f: (x: number) => number): Fold {
  return (lane) => {
    let sum = 0;
    for (const value of lane) sum += f(value);
    return sum;
  };
}

function extremum(start: number, choose: (a: number, b: number) => number): Fold {
  return (lane) => {
    let best = start;
    for (const value of lane) best = choose(best, value);
    return best;
  };
}

const sum = total((x) => x);
const sumOfSquares = total((x) => x * x);
const maximum = extremum(-Infinity, Math.max);

const product: Fold = (lane) => {
  let result = 1;
  for (const value of lane) result *= value;
  return result;
};

const logSumExp: Fold = (lane) => {
  const shift = maximum(lane);
  if (!Number.isFinite(shift)) return shift;
  return shift + Math.log(total((x) => Math.exp(x - shift))(lane));
};

export const reductionEvaluation = {
  ReduceSum: reduce(sum),
  ReduceMean: reduce((lane) => sum(lane) / lane.length),
  ReduceMax: reduce(maximum),
  ReduceMin: reduce(extremum(Infinity, Math.min)),
  ReduceProd: reduce(product),
  ReduceL1: reduce(total(Math.abs)),
  ReduceL2: reduce((lane) => Math.sqrt(sumOfSquares(lane))),
  ReduceSumSquare: reduce(sumOfSquares),
  ReduceLogSumExp: reduce(logSumExp),
} as const satisfies Partial<Record<OpType, EvaluationRule>>;
