import type { Value } from "../../../graph/graphBuilder";
import type { ConversionContext } from "../rule";
import { tfInts, tfString } from "../tfAttributes";
import { asIs, channelsFirst, type TfValue } from "../tfValue";

/** The image input of an operator and how its result is to be labelled. */
export interface ImageInput {
  /** [B, C, H, W] */
  readonly x: Value;
  readonly isNhwc: boolean;
  readonly wrap: (value: Value) => TfValue;
}

/** Reads input `index` as the operator's `data_format` says. */
export function imageInput(context: ConversionContext, index = 0): ImageInput {
  const isNhwc = tfString(context.node.attributes, "data_format", "NHWC") === "NHWC";
  const rank = context.input(index).value.shape.length;
  if (rank !== 4) context.refuse(`takes images of 4 axes; got ${rank}`);
  return isNhwc
    ? { x: context.channelsFirst(index), isNhwc, wrap: channelsFirst }
    : { x: context.asIs(index), isNhwc, wrap: asIs };
}

/** The two spatial entries of a per-axis attribute such as `strides`. */
export function spatial(context: ConversionContext, name: string, isNhwc: boolean): [number, number] {
  const values = tfInts(context.node.attributes, name) ?? [1, 1, 1, 1];
  const first = isNhwc ? 1 : 2;
  return [values[first] ?? 1, values[first + 1] ?? 1];
}

/**
 * Padding as ONNX's [top, left, bottom, right]. `SAME` keeps ceil(size / stride) and puts the odd pixel at the end, which
 * depends on the image's size: sizes are fixed at import.
 */
export function imagePads(
  context: ConversionContext,
  sizes: { x: Value; kernel: readonly number[]; strides: readonly number[]; dilations: readonly number[] },
  isNhwc: boolean,
): number[] {
  const { attributes } = context.node;
  const padding = tfString(attributes, "padding", "VALID");
  if (padding === "VALID") return [0, 0, 0, 0];
  const first = isNhwc ? 1 : 2;
  if (padding === "EXPLICIT") {
    const pads = tfInts(attributes, "explicit_paddings") ?? [];
    const at = (axis: number, end: number): number => pads[2 * (first + axis) + end] ?? 0;
    return [at(0, 0), at(1, 0), at(0, 1), at(1, 1)];
  }
  if (padding !== "SAME") context.refuse(`has the padding ${padding}, which is not supported`);
  const totals = [0, 1].map((axis) => {
    const [size, stride] = [sizes.x.shape[2 + axis] ?? 1, sizes.strides[axis] ?? 1];
    const reach = ((sizes.kernel[axis] ?? 1) - 1) * (sizes.dilations[axis] ?? 1) + 1;
    return Math.max((Math.ceil(size / stride) - 1) * stride + reach - size, 0);
  });
  const before = totals.map((total) => Math.floor(total / 2));
  return [...before, ...totals.map((total, axis) => total - (before[axis] ?? 0))];
}
