import { intAttribute } from "../graph";
import type { OpType } from "../opType";
import { sizeOf } from "../tensor";
import { argument, elementsOf, fromElements, outputType } from "./elements";
import { forEachLane, lanesAlong, mapLanes } from "./indexMaps";
import type { EvaluationRule } from "./rule";

/** Position of the best element; of equal ones the first, or with `select_last_index` the last. */
function argExtremum(isBetter: (candidate: number, best: number) => boolean): EvaluationRule {
  return (context) => {
    const data = argument(context, 0);
    const axis = intAttribute(context.attributes, "axis", 0);
    const isLast = intAttribute(context.attributes, "select_last_index", 0) === 1;
    const lanes = lanesAlong(data.shape, [axis < 0 ? axis + data.shape.length : axis]);
    const result = new Float64Array(lanes.starts.length);
    forEachLane(elementsOf(data), lanes, (lane, index) => {
      let best = 0;
      for (let k = 1; k < lane.length; k++) {
        const [candidate, current] = [lane[k] ?? 0, lane[best] ?? 0];
        if (isBetter(candidate, current) || (isLast && candidate === current)) best = k;
      }
      result[index] = best;
    });
    return [fromElements(outputType(context), result)];
  };
}

const cumSum: EvaluationRule = (context) => {
  const x = argument(context, 0);
  const axis = Number(argument(context, 1).data[0]);
  const isExclusive = intAttribute(context.attributes, "exclusive", 0) === 1;
  const isReverse = intAttribute(context.attributes, "reverse", 0) === 1;
  const lanes = lanesAlong(x.shape, [axis < 0 ? axis + x.shape.length : axis]);
  const y = mapLanes(elementsOf(x), lanes, (lane) => {
    const sums = new Float64Array(lane.length);
    let sum = 0;
    for (let k = 0; k < lane.length; k++) {
      const at = isReverse ? lane.length - 1 - k : k;
      const value = lane[at] ?? 0;
      sums[at] = isExclusive ? sum : sum + value;
      sum += value;
    }
    return sums;
  });
  return [fromElements(outputType(context), y)];
};

/** The K best elements of each lane, best first; equal elements keep their order. */
const topK: EvaluationRule = (context) => {
  const x = argument(context, 0);
  const type = outputType(context);
  const given = intAttribute(context.attributes, "axis", -1);
  const axis = given < 0 ? given + x.shape.length : given;
  const sign = intAttribute(context.attributes, "largest", 1) === 1 ? 1 : -1;
  const results = lanesAlong(type.shape, [axis]);
  const values = new Float64Array(sizeOf(type.shape));
  const indices = new Float64Array(values.length);
  forEachLane(elementsOf(x), lanesAlong(x.shape, [axis]), (lane, index) => {
    const order = [...lane.keys()].sort((a, b) => sign * ((lane[b] ?? 0) - (lane[a] ?? 0)) || a - b);
    for (const [k, offset] of results.offsets.entries()) {
      const to = (results.starts[index] ?? 0) + offset;
      indices[to] = order[k] ?? 0;
      values[to] = lane[order[k] ?? 0] ?? 0;
    }
  });
  return [fromElements(type, values), fromElements({ dtype: "int64", shape: type.shape }, indices)];
};

export const orderingEvaluation = {
  ArgMax: argExtremum((candidate, best) => candidate > best),
  ArgMin: argExtremum((candidate, best) => candidate < best),
  CumSum: cumSum,
  TopK: topK,
} as const satisfies Partial<Record<OpType, EvaluationRule>>;
