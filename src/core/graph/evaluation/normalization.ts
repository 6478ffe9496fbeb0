import { floatAttribute, intAttribute } from "../graph";
import type { OpType } from "../opType";
import type { Tensor } from "../tensor";
import { sizeOf } from "../tensor";
import { broadcastIndices } from "./broadcasting";
import { argument, elementsOf, fromElements, outputType } from "./elements";
import { forEachLane, lanesAlong, mapLanes } from "./indexMaps";
import type { EvaluationRule } from "./rule";

const DEFAULT_EPSILON = 1e-5;

function mean(lane: Float64Array): number {
  let sum = 0;
  for (const value of lane) sum += value;
  return sum / lane.length;
}

/** Mean squared distance from `center` (population variance). */
function varianceAround(lane: Float64Array, center: number): number {
  let sum = 0;
  for (const value of lane) sum += (value - center) ** 2;
  return sum / lane.length;
}

/** (x − mean) / √(var + ε) · scale + B, all per channel. */
const batchNormalization: EvaluationRule = (context) => {
  const x = argument(context, 0);
  const values = elementsOf(x);
  const [scale, offset, means, variances] = [1, 2, 3, 4].map((index) => elementsOf(argument(context, index)));
  const epsilon = floatAttribute(context.attributes, "epsilon", DEFAULT_EPSILON);
  const [, channels = 1, ...spatial] = x.shape;
  const area = sizeOf(spatial);
  const y = values.map((value, index) => {
    const channel = Math.floor(index / area) % channels;
    const factor = (scale?.[channel] ?? 1) / Math.sqrt((variances?.[channel] ?? 1) + epsilon);
    return (value - (means?.[channel] ?? 0)) * factor + (offset?.[channel] ?? 0);
  });
  return [fromElements(outputType(context), y)];
};

/** Normalises every channel of every sample over its spatial axes. */
const instanceNormalization: EvaluationRule = (context) => {
  const x = argument(context, 0);
  const [scale, offset] = [elementsOf(argument(context, 1)), elementsOf(argument(context, 2))];
  const epsilon = floatAttribute(context.attributes, "epsilon", DEFAULT_EPSILON);
  const lanes = lanesAlong(x.shape, [...x.shape.keys()].slice(2));
  const channels = scale.length;
  let index = 0;
  const y = mapLanes(elementsOf(x), lanes, (lane) => {
    const channel = index++ % channels;
    const center = mean(lane);
    const factor = (scale[channel] ?? 1) / Math.sqrt(varianceAround(lane, center) + epsilon);
    return lane.map((value) => (value - center) * factor + (offset[channel] ?? 0));
  });
  return [fromElements(outputType(context), y)];
};

/** Normalises over the axes from `axis` on; also gives the mean and 1 / √(var + ε) when asked for. */
const layerNormalization: EvaluationRule = (context) => {
  const x = argument(context, 0);
  const values = elementsOf(x);
  const rank = x.shape.length;
  const axis = intAttribute(context.attributes, "axis", -1);
  const axes = [...x.shape.keys()].slice(axis < 0 ? axis + rank : axis);
  const epsilon = floatAttribute(context.attributes, "epsilon", DEFAULT_EPSILON);
  const lanes = lanesAlong(x.shape, axes);
  const means = new Float64Array(lanes.starts.length);
  const inverseDeviations = new Float64Array(lanes.starts.length);
  forEachLane(values, lanes, (lane, index) => {
    const center = mean(lane);
    means[index] = center;
    inverseDeviations[index] = 1 / Math.sqrt(varianceAround(lane, center) + epsilon);
  });
  const affine = (input: Tensor | undefined): ((index: number) => number) | undefined => {
    if (!input) return undefined;
    const own = elementsOf(input);
    const at = broadcastIndices(input.shape, x.shape);
    return (index) => own[at ? (at[index] ?? 0) : index] ?? 0;
  };
  const [scale, offset] = [affine(context.inputs[1]), affine(context.inputs[2])];
  // The normalised axes are the last ones: lanes are contiguous.
  const width = Math.max(1, lanes.offsets.length);
  const y = values.map((value, index) => {
    const lane = Math.floor(index / width);
    const normalized = (value - (means[lane] ?? 0)) * (inverseDeviations[lane] ?? 0);
    return normalized * (scale?.(index) ?? 1) + (offset?.(index) ?? 0);
  });
  return [y, means, inverseDeviations]
    .slice(0, context.outputTypes.length)
    .map((output, index) => fromElements(outputType(context, index), output));
};

/** Softmax or its logarithm over one axis, shifted by the maximum so that nothing overflows. */
function softmax(isLogarithm: boolean): EvaluationRule {
  return (context) => {
    const x = argument(context, 0);
    const axis = intAttribute(context.attributes, "axis", -1);
    const lanes = lanesAlong(x.shape, [axis < 0 ? axis + x.shape.length : axis]);
    const y = mapLanes(elementsOf(x), lanes, (lane) => {
      let [maximum, sum] = [-Infinity, 0];
      for (const value of lane) maximum = Math.max(maximum, value);
      for (const value of lane) sum += Math.exp(value - maximum);
      return isLogarithm
        ? lane.map((value) => value - maximum - Math.log(sum))
        : lane.map((value) => Math.exp(value - maximum) / sum);
    });
    return [fromElements(outputType(context), y)];
  };
}

export const normalizationEvaluation = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: instanceNormalization,
  LayerNormalization: layerNormalization,
  Softmax: softmax(false),
  LogSoftmax: softmax(true),
} as const satisfies Partial<Record<OpType, EvaluationRule>>;
