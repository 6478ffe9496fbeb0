import { stridesOf } from "../geometry/broadcast";
import { resizeGeometry, type ResizeGeometry } from "../geometry/resize";
import type { Attributes } from "../graph";
import { floatAttribute, intAttribute, stringAttribute } from "../graph";
import type { OpType } from "../opType";
import type { Tensor } from "../tensor";
import { numbersOf } from "../tensor";
import { argument, elementsOf, fromElements, outputType } from "./elements";
import { lanesAlong } from "./indexMaps";
import type { EvaluationRule } from "./rule";

/** One output coordinate as a weighted sum of input coordinates. */
interface Sample {
  readonly coordinates: readonly number[];
  readonly weights: readonly number[];
  /** The place lies outside the input, which `tf_crop_and_resize` fills with its extrapolation value. */
  readonly isOutside: boolean;
}

/** Resizes axis by axis: every mode of the operator is separable. */
const resize: EvaluationRule = (context) => {
  const x = argument(context, 0);
  const numbers = (input: Tensor | undefined): number[] | undefined => {
    const values = input && numbersOf(input);
    return values && values.length > 0 ? values : undefined;
  };
  const [roi, scales, sizes] = context.inputs.slice(1).map(numbers);
  const geometry = resizeGeometry(context.attributes, x.shape, {
    ...(scales && { scales }),
    ...(sizes && { sizes }),
    ...(roi && { roi }),
  });
  if (!geometry) throw new Error("Resize: neither scales nor sizes fit the input.");

  let shape = [...x.shape];
  let values = elementsOf(x);
  for (const axis of x.shape.keys()) {
    const samples = samplesOf(context.attributes, geometry, axis, shape[axis] ?? 0);
    const next = shape.map((size, at) => (at === axis ? samples.length : size));
    values = resample(values, shape, next, axis, samples, floatAttribute(context.attributes, "extrapolation_value", 0));
    shape = next;
  }
  return [fromElements(outputType(context), values)];
};

function resample(
  values: Float64Array,
  from: readonly number[],
  to: readonly number[],
  axis: number,
  samples: readonly Sample[],
  extrapolation: number,
): Float64Array {
  const [fromLanes, toLanes] = [lanesAlong(from, [axis]), lanesAlong(to, [axis])];
  const stride = stridesOf(from)[axis] ?? 1;
  const result = new Float64Array(toLanes.starts.length * samples.length);
  for (const [lane, start] of fromLanes.starts.entries()) {
    for (const [k, { coordinates, weights, isOutside }] of samples.entries()) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++)
        sum += (weights[i] ?? 0) * (values[start + (coordinates[i] ?? 0) * stride] ?? 0);
      result[(toLanes.starts[lane] ?? 0) + (toLanes.offsets[k] ?? 0)] = isOutside ? extrapolation : sum;
    }
  }
  return result;
}

/** How each output coordinate of one axis of `size` elements is made. */
function samplesOf(attributes: Attributes, geometry: ResizeGeometry, axis: number, size: number): Sample[] {
  const length = geometry.output[axis] ?? 0;
  const scale = geometry.scales[axis] ?? 1;
  const mode = stringAttribute(attributes, "mode", "nearest");
  const transformation = stringAttribute(attributes, "coordinate_transformation_mode", "half_pixel");
  const nearest = stringAttribute(attributes, "nearest_mode", "round_prefer_floor");
  const isOutsideExcluded = intAttribute(attributes, "exclude_outside", 0) === 1;
  const shrink = intAttribute(attributes, "antialias", 0) === 1 ? Math.min(1, scale) : 1;
  const kernel = mode === "linear" ? triangle : cubic(floatAttribute(attributes, "cubic_coeff_a", -0.75));
  const support = (mode === "linear" ? 1 : 2) / shrink;
  const clamp = (coordinate: number): number => Math.min(Math.max(coordinate, 0), size - 1);
  return Array.from({ length }, (_, index) => {
    const place = originalPlace(transformation, index, length, size, scale, geometry.regions[axis] ?? [0, 1]);
    const isOutside = transformation === "tf_crop_and_resize" && (place < 0 || place > size - 1);
    if (mode === "nearest") return { coordinates: [clamp(roundPlace(place, nearest))], weights: [1], isOutside };
    const coordinates: number[] = [];
    const weights: number[] = [];
    for (let at = Math.ceil(place - support); at <= Math.floor(place + support); at++) {
      const weight = kernel((at - place) * shrink);
      if (weight === 0 || (isOutsideExcluded && (at < 0 || at >= size))) continue;
      coordinates.push(clamp(at));
      weights.push(weight);
    }
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { coordinates, weights: weights.map((weight) => weight / total), isOutside };
  });
}

/** The place in the input, in units of its elements, that output coordinate `index` stands for (ONNX Resize). */
function originalPlace(
  transformation: string,
  index: number,
  length: number,
  size: number,
  scale: number,
  [start, end]: readonly [number, number],
): number {
  switch (transformation) {
    case "align_corners":
      return length === 1 ? 0 : (index * (size - 1)) / (length - 1);
    case "asymmetric":
      return index / scale;
    case "pytorch_half_pixel":
      return length === 1 ? 0 : (index + 0.5) / scale - 0.5;
    case "half_pixel_symmetric": {
      const adjustment = length / (scale * size);
      return (size / 2) * (1 - adjustment) + (index + 0.5) / scale - 0.5;
    }
    case "tf_crop_and_resize":
      return length === 1
        ? 0.5 * (start + end) * (size - 1)
        : start * (size - 1) + (index * (end - start) * (size - 1)) / (length - 1);
    default:
      return (index + 0.5) / scale - 0.5;
  }
}

function roundPlace(place: number, mode: string): number {
  switch (mode) {
    case "floor":
      return Math.floor(place);
    case "ceil":
      return Math.ceil(place);
    case "round_prefer_ceil":
      return Math.floor(place + 0.5);
    default:
      return Math.ceil(place - 0.5);
  }
}

function triangle(distance: number): number {
  return Math.max(0, 1 - Math.abs(distance));
}

/** Keys' cubic convolution kernel with slope `a` at distance 1 (Keys 1981). */
function cubic(a: number): (distance: number) => number {
  return (distance) => {
    const x = Math.abs(distance);
    if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
  };
}

export const resizeEvaluation = { Resize: resize } as const satisfies Partial<Record<OpType, EvaluationRule>>;
