import { resizeGeometry } from "../../graph/geometry/resize";
import { floatAttribute, intAttribute, stringAttribute, type Attributes } from "../../graph/graph";
import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import type { Shape } from "../../graph/tensor";
import { constantInput, cotangent, operand, refuse, result } from "../cotangent";
import type { VjpContext, VjpRule } from "../rule";
import { applyTransposed, type AxisMap } from "./axisMatrix";

/**
 * Resizing is a linear map per axis, so its transpose is one product with that map per axis; magnification of the nearest
 * element by whole factors is the sum over blocks.
 */
const resize: VjpRule = (context) => {
  const { g } = context;
  const x = operand(context, 0);
  const output = result(context).shape;
  const maps = resizeMaps(context);
  const factors = output.map((size, axis) => size / (x.shape[axis] ?? 1));
  if (maps.every((map, axis) => isBlockwise(map, factors[axis] ?? 1)))
    return [blockSums(g, cotangent(context), x.shape, factors)];
  let ct = cotangent(context);
  maps.forEach((map, axis) => {
    if (map) ct = applyTransposed(g, ct, axis, map, x.shape[axis] ?? 0);
  });
  return [ct];
};

/** The map of every axis; undefined where nothing changes. */
function resizeMaps(context: VjpContext): (AxisMap | undefined)[] {
  const { attributes } = context.node;
  const mode = stringAttribute(attributes, "mode", "nearest");
  const transform = stringAttribute(attributes, "coordinate_transformation_mode", "half_pixel");
  if (intAttribute(attributes, "antialias", 0) === 1) refuse(context, "it averages for antialiasing");
  if (transform === "tf_crop_and_resize") refuse(context, "it crops while resizing");
  const input = operand(context, 0).shape;
  const output = result(context).shape;
  const [scales, sizes] = [constantInput(context, 2), constantInput(context, 3)];
  const geometry = resizeGeometry(attributes, input, {
    ...(scales && scales.length > 0 && { scales }),
    ...(sizes && sizes.length > 0 && { sizes }),
  });
  return input.map((size, axis) => {
    const length = output[axis] ?? 0;
    const scale = geometry?.scales[axis] ?? 1;
    if (length === size && scale === 1) return undefined;
    return Array.from({ length }, (_, position) => {
      const source = sourcePosition(transform, position, length, size, scale);
      if (mode === "nearest") return [[clamped(nearest(source, attributes), size), 1] as const];
      return mode === "cubic" ? cubicWeights(source, size, attributes) : linearWeights(source, size);
    });
  });
}

/** Where an element of the result lies in the input, in elements. */
function sourcePosition(transform: string, position: number, length: number, size: number, scale: number): number {
  const centred = (position + 0.5) / scale - 0.5;
  switch (transform) {
    case "asymmetric":
      return position / scale;
    case "align_corners":
      return length === 1 ? 0 : (position * (size - 1)) / (length - 1);
    case "pytorch_half_pixel":
      return length === 1 ? 0 : centred;
    case "half_pixel_symmetric":
      return (size / 2) * (1 - length / (scale * size)) + centred;
    default:
      return centred;
  }
}

function nearest(position: number, attributes: Attributes): number {
  switch (stringAttribute(attributes, "nearest_mode", "round_prefer_floor")) {
    case "floor":
      return Math.floor(position);
    case "ceil":
      return Math.ceil(position);
    case "round_prefer_ceil":
      return Math.floor(position + 0.5);
    default:
      return Math.ceil(position - 0.5);
  }
}

function clamped(index: number, size: number): number {
  return Math.min(Math.max(index, 0), size - 1);
}

function linearWeights(position: number, size: number): [number, number][] {
  const inside = clamped(position, size);
  const low = Math.floor(inside);
  const part = inside - low;
  return [
    [low, 1 - part],
    [clamped(low + 1, size), part],
  ];
}

/** Keys' cubic convolution over four neighbours; those outside repeat the border, or are left out on demand. */
function cubicWeights(position: number, size: number, attributes: Attributes): [number, number][] {
  const a = floatAttribute(attributes, "cubic_coeff_a", -0.75);
  const low = Math.floor(position);
  const weight = (distance: number): number => {
    const d = Math.abs(distance);
    return d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  };
  const taps = [-1, 0, 1, 2].map((offset): [number, number] => [low + offset, weight(position - low - offset)]);
  if (intAttribute(attributes, "exclude_outside", 0) === 1) {
    const inside = taps.filter(([index]) => index >= 0 && index < size);
    const total = inside.reduce((sum, [, value]) => sum + value, 0);
    return inside.map(([index, value]) => [index, value / total]);
  }
  return taps.map(([index, value]) => [clamped(index, size), value]);
}

/** Whether output o copies input floor(o / factor). */
function isBlockwise(map: AxisMap | undefined, factor: number): boolean {
  if (!map) return true;
  const copies = (row: AxisMap[number], output: number): boolean =>
    row.length === 1 && row[0]?.[0] === Math.floor(output / factor) && row[0][1] === 1;
  return Number.isInteger(factor) && map.every(copies);
}

function blockSums(g: OpBuilder, ct: Value, input: Shape, factors: readonly number[]): Value {
  const split = input.flatMap((size, axis) => (factors[axis] === 1 ? [size] : [size, factors[axis] ?? 1]));
  const axes: number[] = [];
  let at = 0;
  for (const factor of factors) {
    if (factor !== 1) axes.push(at + 1);
    at += factor === 1 ? 1 : 2;
  }
  return axes.length === 0 ? ct : g.reduceSum(g.reshape(ct, split), axes);
}

export const resamplingRules = { Resize: resize };
