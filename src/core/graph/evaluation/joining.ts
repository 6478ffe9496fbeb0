import { stridesOf } from "../geometry/broadcast";
import { resolveSlice } from "../geometry/slice";
import { intAttribute, stringAttribute } from "../graph";
import type { OpType } from "../opType";
import { allocate, fromData, numbersOf, sizeOf } from "../tensor";
import { argument, outputType } from "./elements";
import { gridIndices, stridedIndices, take } from "./indexMaps";
import type { EvaluationContext, EvaluationRule } from "./rule";

function axisOf({ attributes }: EvaluationContext, rank: number): number {
  const axis = intAttribute(attributes, "axis", 0);
  return axis < 0 ? axis + rank : axis;
}

const concat: EvaluationRule = (context) => {
  const { dtype, shape } = outputType(context);
  const axis = axisOf(context, shape.length);
  const blocks = sizeOf(shape.slice(0, axis));
  const width = sizeOf(shape.slice(axis));
  const data = allocate(dtype, sizeOf(shape)) as Float64Array;
  let offset = 0;
  for (const index of context.inputs.keys()) {
    const input = argument(context, index);
    const part = sizeOf(input.shape.slice(axis));
    const source = input.data as Float64Array;
    for (let block = 0; block < blocks; block++)
      data.set(source.subarray(block * part, (block + 1) * part), block * width + offset);
    offset += part;
  }
  return [fromData(dtype, shape, data)];
};

const split: EvaluationRule = (context) => {
  const input = argument(context, 0);
  const axis = axisOf(context, input.shape.length);
  const strides = stridesOf(input.shape);
  let start = 0;
  return context.outputTypes.map((type) => {
    const indices = stridedIndices(type.shape, strides, start * (strides[axis] ?? 1));
    start += type.shape[axis] ?? 0;
    return take(input, indices, type);
  });
};

const slice: EvaluationRule = (context) => {
  const data = argument(context, 0);
  const [starts, ends] = [numbersOf(argument(context, 1)), numbersOf(argument(context, 2))];
  const axes = context.inputs[3] ? numbersOf(context.inputs[3]) : [...starts.keys()];
  const steps = context.inputs[4] ? numbersOf(context.inputs[4]) : starts.map(() => 1);
  const strides = stridesOf(data.shape);
  const read = [...strides];
  let offset = 0;
  for (const [index, given] of axes.entries()) {
    const axis = given < 0 ? given + data.shape.length : given;
    const { start, step } = resolveSlice(
      data.shape[axis] ?? 0,
      starts[index] ?? 0,
      ends[index] ?? 0,
      steps[index] ?? 1,
    );
    offset += start * (strides[axis] ?? 1);
    read[axis] = step * (strides[axis] ?? 1);
  }
  const type = outputType(context);
  return [take(data, stridedIndices(type.shape, read, offset), type)];
};

const pad: EvaluationRule = (context) => {
  const data = argument(context, 0);
  const type = outputType(context);
  const pads = numbersOf(argument(context, 1));
  const axes = context.inputs[3] ? numbersOf(context.inputs[3]) : [...data.shape.keys()];
  const mode = stringAttribute(context.attributes, "mode", "constant");
  const begins = new Map(axes.map((axis, index) => [axis < 0 ? axis + data.shape.length : axis, pads[index] ?? 0]));
  const grid = type.shape.map((size, axis) =>
    Int32Array.from({ length: size }, (_, at) => padSource(mode, at - (begins.get(axis) ?? 0), data.shape[axis] ?? 0)),
  );
  return [take(data, gridIndices(grid, stridesOf(data.shape)), type, context.inputs[2])];
};

/** The coordinate that stands at `at` once an axis of `size` elements continues beyond its ends; −1: the fill value. */
function padSource(mode: string, at: number, size: number): number {
  const modulo = (value: number, period: number): number => ((value % period) + period) % period;
  switch (mode) {
    case "edge":
      return Math.min(Math.max(at, 0), size - 1);
    case "wrap":
      return modulo(at, size);
    case "reflect": {
      const turned = size === 1 ? 0 : modulo(at, 2 * (size - 1));
      return Math.min(turned, 2 * (size - 1) - turned);
    }
    default:
      return at < size ? Math.max(at, -1) : -1;
  }
}

export const joiningEvaluation = {
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
} as const satisfies Partial<Record<OpType, EvaluationRule>>;
