import { resolveSlice } from "../../graph/geometry/slice";
import { stringAttribute } from "../../graph/graph";
import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import { sizeOf } from "../../graph/tensor";
import { compact, constantInput, cotangent, normalizedAxis, operand, reduceTo, refuse, scalarLike } from "../cotangent";
import type { VjpContext, VjpRule } from "../rule";
import { applyTransposed } from "./axisMatrix";

/** Smallest int64 that a double holds exactly: "to the beginning" of a backward slice. */
const BEFORE_START = -(2 ** 53);

/** Zeros around (or, with negative amounts, cuts off) each axis; amounts are [begin, end] per axis. */
export function padded(g: OpBuilder, x: Value, amounts: readonly (readonly [number, number])[]): Value {
  if (amounts.every(([begin, end]) => begin === 0 && end === 0)) return x;
  const pads = [...amounts.map(([begin]) => begin), ...amounts.map(([, end]) => end)];
  return g.op("Pad", [x, g.ints(pads), scalarLike(g, 0, x)]);
}

/** Puts the cotangent back where the slice was taken, zeros elsewhere. */
const slice: VjpRule = (context) => {
  const { g } = context;
  const x = operand(context, 0);
  const [starts, ends] = [constants(context, 1), constants(context, 2)];
  const axes = constantInput(context, 3) ?? [...starts.keys()];
  const steps = constantInput(context, 4) ?? starts.map(() => 1);
  let ct = cotangent(context);
  const amounts = x.shape.map((): [number, number] => [0, 0]);
  axes.forEach((given, index) => {
    const axis = normalizedAxis(given, x.shape.length);
    const size = x.shape[axis] ?? 0;
    const { start, step, count } = resolveSlice(size, starts[index] ?? 0, ends[index] ?? 0, steps[index] ?? 1);
    const first = step < 0 ? start + (count - 1) * step : start;
    if (step < 0) ct = reversed(g, ct, axis);
    ct = spaced(g, ct, axis, Math.abs(step));
    amounts[axis] = [first, size - first - (ct.shape[axis] ?? 0)];
  });
  return [padded(g, ct, amounts)];
};

function constants(context: VjpContext, index: number): number[] {
  return constantInput(context, index) ?? refuse(context, `its input ${index} is computed at run time`);
}

function reversed(g: OpBuilder, x: Value, axis: number): Value {
  return g.op("Slice", [x, g.ints([-1]), g.ints([BEFORE_START]), g.ints([axis]), g.ints([-1])]);
}

/** step − 1 zeros after every element of one axis (the last one's are cut off later, with the padding). */
function spaced(g: OpBuilder, x: Value, axis: number, step: number): Value {
  if (step === 1) return x;
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  const count = x.shape[axis] ?? 0;
  const split = g.reshape(x, [sizeOf(before), count, 1, sizeOf(after)]);
  const filled = padded(g, split, [
    [0, 0],
    [0, 0],
    [0, step - 1],
    [0, 0],
  ]);
  return g.reshape(filled, [...before, count * step, ...after]);
}

/**
 * Constant padding: cuts it off again, and the padding's own value collects what was cut. The other modes copy elements of
 * the input, a linear map per axis.
 */
const pad: VjpRule = (context) => {
  const { g, node } = context;
  const x = operand(context, 0);
  const ct = cotangent(context);
  const pads = constants(context, 1);
  const axes = constantInput(context, 3) ?? [...x.shape.keys()];
  const amounts = x.shape.map((): [number, number] => [0, 0]);
  axes.forEach((given, index) => {
    amounts[normalizedAxis(given, x.shape.length)] = [pads[index] ?? 0, pads[index + axes.length] ?? 0];
  });
  const mode = stringAttribute(node.attributes, "mode", "constant");
  if (mode === "constant") {
    const dx = padded(
      g,
      ct,
      amounts.map(([begin, end]) => [-begin, -end]),
    );
    const rest = (): Value => {
      const value = operand(context, 2);
      const total = (part: Value, full: Value): Value => reduceTo(g, part, full.shape, value.shape);
      return g.sub(total(compact(g, ct), ct), total(dx, dx));
    };
    return [context.needs(0) ? dx : undefined, undefined, context.needs(2) ? rest() : undefined];
  }
  let dx = ct;
  amounts.forEach(([begin, end], axis) => {
    if (begin === 0 && end === 0) return;
    const size = x.shape[axis] ?? 0;
    const sources = Array.from({ length: size + begin + end }, (_, position) =>
      sourceIndex(mode, position - begin, size),
    );
    const map = sources.map((source) => [[source, 1] as const]);
    dx = applyTransposed(g, dx, axis, map, size);
  });
  return [dx];
};

/** Which element of an axis a position inside or outside it shows. */
function sourceIndex(mode: string, position: number, size: number): number {
  if (mode === "edge") return Math.min(Math.max(position, 0), size - 1);
  if (mode === "wrap") return ((position % size) + size) % size;
  const period = Math.max(1, 2 * (size - 1));
  const folded = ((position % period) + period) % period;
  return Math.min(folded, period - folded);
}

export const slicingRules = { Slice: slice, Pad: pad };
