import type { Attributes } from "../graph";
import { intAttribute, intsAttribute, stringAttribute } from "../graph";
import type { Shape } from "../tensor";

/** How a kernel slides over the spatial axes of a tensor; one entry per spatial axis. */
export interface Window {
  readonly kernel: Shape;
  readonly strides: Shape;
  readonly dilations: Shape;
  readonly padsBegin: readonly number[];
  readonly padsEnd: readonly number[];
  /** Spatial size of the result. */
  readonly output: Shape;
}

/** The window of a convolution or a pooling over `input`; an entry of `output` below 1 means that the kernel does not fit. */
export function slidingWindow(attributes: Attributes, input: Shape, kernel: Shape): Window {
  const { strides, dilations, explicitPads } = settings(attributes, kernel.length);
  const autoPad = stringAttribute(attributes, "auto_pad", "NOTSET");
  const isCeil = intAttribute(attributes, "ceil_mode", 0) === 1;
  const padsBegin: number[] = [];
  const padsEnd: number[] = [];
  const output = input.map((size, axis) => {
    const [stride, extent] = [at(strides, axis), extentOf(kernel, dilations, axis)];
    if (autoPad === "SAME_UPPER" || autoPad === "SAME_LOWER") {
      const result = Math.ceil(size / stride);
      const total = Math.max((result - 1) * stride + extent - size, 0);
      const [begin, end] = halves(total, autoPad === "SAME_LOWER");
      padsBegin.push(begin);
      padsEnd.push(end);
      return result;
    }
    const [begin, end] = autoPad === "VALID" ? [0, 0] : [at(explicitPads, axis), at(explicitPads, axis + input.length)];
    padsBegin.push(begin);
    padsEnd.push(end);
    const steps = (size + begin + end - extent) / stride;
    if (!isCeil) return Math.floor(steps) + 1;
    const result = Math.ceil(steps) + 1;
    // The last window has to start inside the input or its leading padding.
    return (result - 1) * stride >= size + begin ? result - 1 : result;
  });
  return { kernel, strides, dilations, padsBegin, padsEnd, output };
}

/** The window of a transposed convolution: `output` is the size of the input of the convolution it transposes. */
export function transposedWindow(attributes: Attributes, input: Shape, kernel: Shape): Window {
  const { strides, dilations, explicitPads } = settings(attributes, kernel.length);
  const autoPad = stringAttribute(attributes, "auto_pad", "NOTSET");
  const outputPadding = intsAttribute(attributes, "output_padding") ?? [];
  const outputShape = intsAttribute(attributes, "output_shape") ?? [];
  const padsBegin: number[] = [];
  const padsEnd: number[] = [];
  const output = input.map((size, axis) => {
    const stride = at(strides, axis);
    const full = stride * (size - 1) + at(outputPadding, axis) + extentOf(kernel, dilations, axis);
    const isSame = autoPad === "SAME_UPPER" || autoPad === "SAME_LOWER";
    const wanted = outputShape.length > 0 ? outputShape.at(axis - input.length) : isSame ? size * stride : undefined;
    if (wanted !== undefined) {
      const [begin, end] = halves(Math.max(full - wanted, 0), autoPad !== "SAME_UPPER");
      padsBegin.push(begin);
      padsEnd.push(end);
      return wanted;
    }
    const [begin, end] = autoPad === "VALID" ? [0, 0] : [at(explicitPads, axis), at(explicitPads, axis + input.length)];
    padsBegin.push(begin);
    padsEnd.push(end);
    return full - begin - end;
  });
  return { kernel, strides, dilations, padsBegin, padsEnd, output };
}

function settings(attributes: Attributes, rank: number) {
  return {
    strides: intsAttribute(attributes, "strides") ?? new Array<number>(rank).fill(1),
    dilations: intsAttribute(attributes, "dilations") ?? new Array<number>(rank).fill(1),
    explicitPads: intsAttribute(attributes, "pads") ?? new Array<number>(2 * rank).fill(0),
  };
}

/** Splits an amount of padding in two; the odd element goes to the beginning or to the end. */
function halves(total: number, isBeginLarger: boolean): [number, number] {
  const [small, large] = [Math.floor(total / 2), Math.ceil(total / 2)];
  return isBeginLarger ? [large, small] : [small, large];
}

/** Elements of the input that one dilated kernel spans. */
function extentOf(kernel: Shape, dilations: Shape, axis: number): number {
  return (at(kernel, axis) - 1) * at(dilations, axis) + 1;
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? 0;
}
