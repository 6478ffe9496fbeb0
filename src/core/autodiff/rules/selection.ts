import type { Value } from "../../graph/graphBuilder";
import { cotangent, operand, reduceTo, result, scalarLike } from "../cotangent";
import type { VjpRule } from "../rule";

/**
 * Element-wise Max and Min of any number of operands. On ties the whole cotangent goes to the first operand that attains
 * the extremum (PyTorch's `maximum` halves it between two).
 */
const extremum =
  (attains: "GreaterOrEqual" | "LessOrEqual"): VjpRule =>
  (context) => {
    const { g } = context;
    const [y, ct] = [result(context), cotangent(context)];
    const zero = scalarLike(g, 0, ct);
    const shapes = context.inputs.map((_, index) => operand(context, index).shape);
    const part = (index: number, large: Value): Value | undefined =>
      context.needs(index) ? reduceTo(g, large, y.shape, shapes[index] ?? []) : undefined;
    if (context.inputs.length === 1) return [ct];
    if (context.inputs.length === 2) {
      const first = g.op(attains, [operand(context, 0), operand(context, 1)]);
      return [part(0, g.where(first, ct, zero)), part(1, g.where(first, zero, ct))];
    }
    let remaining = ct;
    return context.inputs.map((_, index) => {
      const wins = g.equal(operand(context, index), y);
      const share = part(index, g.where(wins, remaining, zero));
      remaining = g.where(wins, zero, remaining);
      return share;
    });
  };

/** The cotangent passes where low ≤ x ≤ high, bounds included, as PyTorch's clamp; otherwise it belongs to the bound. */
const clip: VjpRule = (context) => {
  const { g } = context;
  const x = operand(context, 0);
  const ct = cotangent(context);
  const zero = scalarLike(g, 0, ct);
  const [, low, high] = context.inputs;
  const below = low && g.less(x, low);
  const above = high && g.greater(x, high);
  const only = (outside: Value | undefined, bound: Value | undefined): Value | undefined =>
    outside && bound && reduceTo(g, g.where(outside, ct, zero), x.shape, bound.shape);
  let inner = ct;
  if (below) inner = g.where(below, zero, inner);
  if (above) inner = g.where(above, zero, inner);
  return [
    context.needs(0) ? inner : undefined,
    context.needs(1) ? only(below, low) : undefined,
    context.needs(2) ? only(above, high) : undefined,
  ];
};

const where: VjpRule = (context) => {
  const { g } = context;
  const condition = operand(context, 0);
  const ct = cotangent(context);
  const zero = scalarLike(g, 0, ct);
  const side = (index: number, a: Value, b: Value): Value | undefined =>
    context.needs(index)
      ? reduceTo(g, g.where(condition, a, b), result(context).shape, operand(context, index).shape)
      : undefined;
  return [undefined, side(1, ct, zero), side(2, zero, ct)];
};

export const selectionRules = {
  Max: extremum("GreaterOrEqual"),
  Min: extremum("LessOrEqual"),
  Clip: clip,
  Where: where,
};
