import type { Value } from "../../../graph/graphBuilder";
import type { ConversionContext, ConversionRule } from "../rule";
import { tfInt } from "../tfAttributes";
import { asIs } from "../tfValue";

const gather: ConversionRule = (context) => {
  const { g, node } = context;
  if (tfInt(node.attributes, "batch_dims", 0) !== 0) context.refuse("gathers within batches, which is not supported");
  const axis = context.inputs.length > 2 ? context.number(2) : 0;
  return asIs(g.gather(context.asIs(0), context.asIs(1), axis));
};

const slice: ConversionRule = (context) => {
  const x = context.asIs(0);
  const begins = context.numbers(1);
  const sizes = context.numbers(2);
  const ends = begins.map((begin, axis) => (sizes[axis] === -1 ? (x.shape[axis] ?? 0) : begin + (sizes[axis] ?? 0)));
  const cuts = begins.map((begin, axis): AxisCut => ({ axis, begin, end: ends[axis] ?? 0, step: 1 }));
  return asIs(cut(context, x, cuts));
};

interface AxisCut {
  readonly axis: number;
  readonly begin: number;
  readonly end: number;
  readonly step: number;
}

/** Slices every axis that is not kept whole. */
function cut({ g }: ConversionContext, x: Value, cuts: readonly AxisCut[]): Value {
  const partial = cuts.filter(({ axis, begin, end, step }) => begin !== 0 || step !== 1 || end < (x.shape[axis] ?? 0));
  if (partial.length === 0) return x;
  const list = (pick: (entry: AxisCut) => number): Value => g.ints(partial.map(pick));
  return g.op("Slice", [
    x,
    list((entry) => entry.begin),
    list((entry) => entry.end),
    list((entry) => entry.axis),
    list((entry) => entry.step),
  ]);
}

/** Past the first element in negative direction, in ONNX's terms. */
const BEFORE_FIRST = -(2 ** 31);

/**
 * NumPy-style indexing, whose bit masks say per entry of `begin` what it is: an ellipsis, a new axis, an index that drops
 * its axis, or a slice with either end open.
 */
const stridedSlice: ConversionRule = (context) => {
  const { g, node } = context;
  const x = context.asIs(0);
  const [begins, ends, steps] = [context.numbers(1), context.numbers(2), context.numbers(3)];
  const has = (mask: string, index: number): boolean => ((tfInt(node.attributes, mask, 0) >> index) & 1) === 1;
  const newAxes = begins.filter((_, index) => has("new_axis_mask", index)).length;

  const cuts: AxisCut[] = [];
  const dropped: number[] = []; // axes of x
  const added: number[] = []; // axes of the result
  let axis = 0;
  let resultAxis = 0;
  for (const [index, begin] of begins.entries()) {
    if (has("ellipsis_mask", index)) {
      const spanned = x.shape.length - (begins.length - newAxes - 1);
      axis += spanned;
      resultAxis += spanned;
    } else if (has("new_axis_mask", index)) {
      added.push(resultAxis++);
    } else if (has("shrink_axis_mask", index)) {
      const front = begin < 0 ? begin + (x.shape[axis] ?? 0) : begin;
      cuts.push({ axis, begin: front, end: front + 1, step: 1 });
      dropped.push(axis++);
    } else {
      const step = steps[index] ?? 1;
      const length = x.shape[axis] ?? 0;
      const open = step > 0 ? { begin: 0, end: length } : { begin: length - 1, end: BEFORE_FIRST };
      cuts.push({
        axis: axis++,
        begin: has("begin_mask", index) ? open.begin : begin,
        end: has("end_mask", index) ? open.end : (ends[index] ?? length),
        step,
      });
      resultAxis++;
    }
  }
  const sliced = cut(context, x, cuts);
  const squeezed = dropped.length > 0 ? g.squeeze(sliced, dropped) : sliced;
  return asIs(added.length > 0 ? g.unsqueeze(squeezed, added) : squeezed);
};

const reverse: ConversionRule = (context) => {
  const x = context.asIs(0);
  const cuts = context.numbers(1).map((axis): AxisCut => {
    const front = axis < 0 ? axis + x.shape.length : axis;
    return { axis: front, begin: (x.shape[front] ?? 0) - 1, end: BEFORE_FIRST, step: -1 };
  });
  return asIs(cut(context, x, cuts));
};

export const indexingRules: Readonly<Record<string, ConversionRule>> = {
  Gather: gather,
  GatherV2: gather,
  Slice: slice,
  StridedSlice: stridedSlice,
  ReverseV2: reverse,
};
