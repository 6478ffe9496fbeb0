import { slidingWindow } from "../geometry/window";
import { intAttribute, intsAttribute } from "../graph";
import type { OpType } from "../opType";
import { sizeOf } from "../tensor";
import { argument, elementsOf, fromElements, outputType } from "./elements";
import { forEachLane, lanesAlong } from "./indexMaps";
import type { EvaluationContext, EvaluationRule } from "./rule";
import { windowTaps, type WindowTaps } from "./windowTaps";

function tapsOf({ attributes }: EvaluationContext, spatial: readonly number[]): WindowTaps {
  return windowTaps(slidingWindow(attributes, spatial, intsAttribute(attributes, "kernel_shape") ?? []), spatial);
}

/** Maxima over windows, and on demand their positions in the flattened input. */
const maxPool: EvaluationRule = (context) => {
  const x = argument(context, 0);
  const [batch = 0, channels = 0, ...spatial] = x.shape;
  const { positions, placements, taps } = tapsOf(context, spatial);
  const isColumnMajor = intAttribute(context.attributes, "storage_order", 0) === 1;
  const values = elementsOf(x);
  const area = sizeOf(spatial);
  const maxima = new Float64Array(batch * channels * placements);
  const indices = new Float64Array(maxima.length);
  for (let i = 0; i < maxima.length; i++) {
    const plane = Math.floor(i / placements);
    const first = (i % placements) * taps;
    let [best, at] = [-Infinity, -1];
    for (let t = 0; t < taps; t++) {
      const position = positions[first + t] ?? -1;
      const value = values[plane * area + position] ?? 0;
      if (position >= 0 && (value > best || at < 0)) [best, at] = [value, position];
    }
    maxima[i] = best;
    indices[i] = plane * area + (isColumnMajor ? columnMajor(at, spatial) : at);
  }
  return [maxima, indices]
    .slice(0, context.outputTypes.length)
    .map((output, index) => fromElements(outputType(context, index), output));
};

/** The flat position counted with the first axis running fastest. */
function columnMajor(position: number, shape: readonly number[]): number {
  let [rest, result] = [position, 0];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] ?? 1;
    result += (rest % size) * sizeOf(shape.slice(0, axis));
    rest = Math.floor(rest / size);
  }
  return result;
}

/** Means over windows; with `count_include_pad` the written padding counts as zeros, what ceil_mode adds never counts. */
const averagePool: EvaluationRule = (context) => {
  const x = argument(context, 0);
  const [batch = 0, channels = 0, ...spatial] = x.shape;
  const window = slidingWindow(context.attributes, spatial, intsAttribute(context.attributes, "kernel_shape") ?? []);
  const { positions, placements, taps } = windowTaps(window, spatial);
  const isPadCounted = intAttribute(context.attributes, "count_include_pad", 0) === 1;
  const padded = spatial.map((size, axis) => size + (window.padsBegin[axis] ?? 0) + (window.padsEnd[axis] ?? 0));
  const counted = isPadCounted
    ? windowTaps({ ...window, padsBegin: spatial.map(() => 0) }, padded).positions
    : positions;
  const values = elementsOf(x);
  const area = sizeOf(spatial);
  const means = new Float64Array(batch * channels * placements);
  for (let i = 0; i < means.length; i++) {
    const plane = Math.floor(i / placements);
    const first = (i % placements) * taps;
    let [sum, count] = [0, 0];
    for (let t = first; t < first + taps; t++) {
      const position = positions[t] ?? -1;
      if (position >= 0) sum += values[plane * area + position] ?? 0;
      if ((counted[t] ?? -1) >= 0) count++;
    }
    means[i] = sum / count;
  }
  return [fromElements(outputType(context), means)];
};

function globalPool(fold: (plane: Float64Array) => number): EvaluationRule {
  return (context) => {
    const x = argument(context, 0);
    const lanes = lanesAlong(x.shape, [...x.shape.keys()].slice(2));
    const result = new Float64Array(lanes.starts.length);
    forEachLane(elementsOf(x), lanes, (plane, index) => (result[index] = fold(plane)));
    return [fromElements(outputType(context), result)];
  };
}

export const poolingEvaluation = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: globalPool((plane) => plane.reduce((sum, value) => sum + value, 0) / plane.length),
  GlobalMaxPool: globalPool((plane) => plane.reduce((best, value) => Math.max(best, value), -Infinity)),
} as const satisfies Partial<Record<OpType, EvaluationRule>>;
