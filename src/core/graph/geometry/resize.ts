import type { Attributes } from "../graph";
import { intsAttribute, stringAttribute } from "../graph";
import type { Shape } from "../tensor";
import { normalizeAxis } from "./broadcast";

export interface ResizeGeometry {
  readonly output: Shape;
  /** Result size over input size as the operator means it, per axis of the input; exactly 1 where nothing is resized. */
  readonly scales: readonly number[];
  /** Region of interest as [start, end] in units of the input's size, per axis (used by `tf_crop_and_resize` only). */
  readonly regions: readonly (readonly [number, number])[];
}

/** The result size of Resize from either `scales` or `sizes`; undefined when their number does not fit the axes. */
export function resizeGeometry(
  attributes: Attributes,
  input: Shape,
  given: { readonly scales?: readonly number[]; readonly sizes?: readonly number[]; readonly roi?: readonly number[] },
): ResizeGeometry | undefined {
  const rank = input.length;
  const axes = (intsAttribute(attributes, "axes") ?? [...input.keys()]).map(
    (axis) => normalizeAxis(axis, rank) ?? rank,
  );
  const amounts = given.sizes ?? given.scales;
  if (amounts?.length !== axes.length) return undefined;

  const isCropped =
    stringAttribute(attributes, "coordinate_transformation_mode", "half_pixel") === "tf_crop_and_resize";
  const regions = input.map((): [number, number] => [0, 1]);
  if (isCropped && given.roi?.length === 2 * axes.length) {
    for (const [index, axis] of axes.entries())
      regions[axis] = [given.roi[index] ?? 0, given.roi[index + axes.length] ?? 1];
  }
  const scales = input.map(() => 1);
  const output = [...input];
  if (given.scales && !given.sizes) {
    for (const [index, axis] of axes.entries()) {
      const scale = given.scales[index] ?? 1;
      const [start, end] = regions[axis] ?? [0, 1];
      scales[axis] = scale;
      // Runtimes multiply in float32: 10 x 0.7 is 7, though 0.7 is stored a little smaller.
      output[axis] = Math.floor(Math.fround((input[axis] ?? 0) * (isCropped ? end - start : 1) * scale));
    }
    return { output, scales, regions };
  }
  const ratios = axes.map((axis, index) => (given.sizes?.[index] ?? 0) / (input[axis] ?? 1));
  const policy = stringAttribute(attributes, "keep_aspect_ratio_policy", "stretch");
  const kept =
    policy === "not_larger" ? Math.min(...ratios) : policy === "not_smaller" ? Math.max(...ratios) : undefined;
  for (const [index, axis] of axes.entries()) {
    scales[axis] = kept ?? ratios[index] ?? 1;
    output[axis] = kept === undefined ? (given.sizes?.[index] ?? 0) : roundHalfUp(kept * (input[axis] ?? 0));
  }
  return { output, scales, regions };
}

function roundHalfUp(value: number): number {
  return Math.floor(value + 0.5);
}
