import { resolveSlice } from "../geometry/slice";
import { intAttribute } from "../graph";
import type { OpType } from "../opType";
import {
  axisAttribute,
  checkedAxis,
  describe,
  describeAll,
  knownNumbers,
  operand,
  operandOfRank,
  optionalNumbers,
  refuse,
} from "./operands";
import type { InferenceRule } from "./rule";

const concat: InferenceRule = (context) => {
  const first = operandOfRank(context, 0, "input 0", 1);
  const axis = axisAttribute(context, 0, first.shape.length);
  const operands = context.inputs.map((_, index) => operand(context, index, `input ${index}`));
  const isAlike = operands.every(
    ({ dtype, shape }) =>
      dtype === first.dtype &&
      shape.length === first.shape.length &&
      shape.every((size, at) => at === axis || size === first.shape[at]),
  );
  if (!isAlike) refuse(context, `inputs that differ only along axis ${axis}`, describeAll(operands));
  const total = operands.reduce((sum, { shape }) => sum + (shape[axis] ?? 0), 0);
  return [{ dtype: first.dtype, shape: first.shape.map((size, at) => (at === axis ? total : size)) }];
};

/** Sizes come as input 1, or equal parts (the last one smaller) from `num_outputs` or the number of outputs. */
const split: InferenceRule = (context) => {
  const input = operandOfRank(context, 0, "input", 1);
  const axis = axisAttribute(context, 0, input.shape.length);
  const total = input.shape[axis] ?? 0;
  const sizes =
    optionalNumbers(context, 1, "split") ??
    equalParts(total, intAttribute(context.attributes, "num_outputs", context.outputCount));
  if (sizes.length < context.outputCount || sizes.reduce((sum, size) => sum + size, 0) !== total)
    refuse(
      context,
      `${context.outputCount} sizes that add up to ${total} for ${describe(input)}`,
      `[${sizes.join(", ")}]`,
    );
  return sizes.map((size) => ({ dtype: input.dtype, shape: input.shape.map((old, at) => (at === axis ? size : old)) }));
};

function equalParts(total: number, count: number): number[] {
  const part = Math.ceil(total / count);
  return Array.from({ length: count }, (_, index) => Math.max(0, Math.min(part, total - index * part)));
}

const slice: InferenceRule = (context) => {
  const data = operand(context, 0, "data");
  const starts = knownNumbers(context, 1, "starts");
  const ends = knownNumbers(context, 2, "ends");
  const axes = optionalNumbers(context, 3, "axes") ?? [...starts.keys()];
  const steps = optionalNumbers(context, 4, "steps") ?? starts.map(() => 1);
  if (ends.length !== starts.length || axes.length !== starts.length || steps.length !== starts.length)
    refuse(
      context,
      "as many starts as ends, axes and steps",
      `${starts.length}, ${ends.length}, ${axes.length}, ${steps.length}`,
    );
  if (steps.includes(0)) refuse(context, "steps other than 0", `[${steps.join(", ")}]`);
  const shape = [...data.shape];
  for (const [index, given] of axes.entries()) {
    const axis = checkedAxis(context, given, shape.length);
    shape[axis] = resolveSlice(data.shape[axis] ?? 0, starts[index] ?? 0, ends[index] ?? 0, steps[index] ?? 1).count;
  }
  return [{ dtype: data.dtype, shape }];
};

/** `pads` holds the amounts before, then those after; negative amounts crop. */
const pad: InferenceRule = (context) => {
  const data = operand(context, 0, "data");
  const pads = knownNumbers(context, 1, "pads");
  const axes = optionalNumbers(context, 3, "axes") ?? [...data.shape.keys()];
  if (pads.length !== 2 * axes.length)
    refuse(context, `pads of ${2 * axes.length} entries for ${describe(data)}`, `[${pads.join(", ")}]`);
  const shape = [...data.shape];
  for (const [index, given] of axes.entries()) {
    const axis = checkedAxis(context, given, shape.length);
    shape[axis] = (data.shape[axis] ?? 0) + (pads[index] ?? 0) + (pads[index + axes.length] ?? 0);
  }
  if (shape.some((size) => size < 0))
    refuse(context, `pads that leave something of ${describe(data)}`, `[${pads.join(", ")}]`);
  return [{ dtype: data.dtype, shape }];
};

export const joiningInference = {
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
} as const satisfies Partial<Record<OpType, InferenceRule>>;
