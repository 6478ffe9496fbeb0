import { intAttribute } from "../../graph/graph";
import type { Value } from "../../graph/graphBuilder";
import { compact, cotangent, operand, reduceTo, refuse, result, scalarLike, scaled } from "../cotangent";
import { isFloat } from "../cotangent";
import { notDifferentiable, type VjpContext, type VjpRule } from "../rule";
import { sizeOf } from "../../graph/tensor";

const comparison = notDifferentiable("comparisons are piecewise constant");
const logical = notDifferentiable("boolean");

/** A rule of two broadcasting operands from the cotangents in the output's shape (or smaller: they are reduced after). */
function binary(
  a: (context: VjpContext, ct: Value) => Value,
  b: (context: VjpContext, ct: Value) => Value | undefined,
): VjpRule {
  return (context) => {
    const { g } = context;
    const ct = compact(g, cotangent(context));
    const full = result(context).shape;
    const side = (index: number, of: (context: VjpContext, ct: Value) => Value | undefined): Value | undefined => {
      const large = context.needs(index) ? of(context, ct) : undefined;
      return large && reduceTo(g, large, full, operand(context, index).shape);
    };
    return [side(0, a), side(1, b)];
  };
}

const mul: VjpRule = (context) => {
  const { g } = context;
  const [a, b] = [operand(context, 0), operand(context, 1)];
  const ct = compact(g, cotangent(context));
  const full = result(context).shape;
  // a square: one product instead of two and a sum
  if (a.name === b.name) return [reduceTo(g, g.mul(g.mul(ct, scalarLike(g, 2, ct)), a), full, a.shape), undefined];
  return [
    context.needs(0) ? reduceTo(g, g.mul(ct, b), full, a.shape) : undefined,
    context.needs(1) ? reduceTo(g, g.mul(ct, a), full, b.shape) : undefined,
  ];
};

/** y = a/b:  da = c/b,  db = −Σ(c y)/b; the sum comes first, since b is often a norm, much smaller than a. */
const div: VjpRule = (context) => {
  const { g } = context;
  const [a, b, y] = [operand(context, 0), operand(context, 1), result(context)];
  const ct = compact(g, cotangent(context));
  const db = (): Value => g.neg(g.div(reduceTo(g, g.mul(ct, y), y.shape, b.shape), b));
  return [
    context.needs(0) ? reduceTo(g, g.div(ct, b), y.shape, a.shape) : undefined,
    context.needs(1) ? db() : undefined,
  ];
};

/** d(aᵖ)/da = p aᵖ⁻¹, with the usual exponents spelled out (Pow is slow and 0⁰ is delicate). */
function powBase(context: VjpContext, ct: Value): Value {
  const { g } = context;
  const [a, exponent, y] = [operand(context, 0), operand(context, 1), result(context)];
  const constant = sizeOf(exponent.shape) === 1 ? g.constantOf(exponent) : undefined;
  const p = constant && constant.dtype !== "float16" ? Number(constant.data[0]) : undefined;
  const times = (x: Value, k: number): Value => g.mul(x, scalarLike(g, k, a));
  if (p === 1) return ct;
  if (p === 2) return g.mul(times(ct, 2), a);
  if (p === 3) return g.mul(times(ct, 3), g.mul(a, a));
  if (p === 0.5) return g.div(times(ct, 0.5), y);
  if (p === -1) return g.neg(g.mul(ct, g.mul(y, y)));
  if (p !== undefined) return g.mul(times(ct, p), g.pow(a, scalarLike(g, p - 1, a)));
  const exponentFloat = g.cast(exponent, a.dtype);
  return g.mul(g.mul(ct, exponentFloat), g.pow(a, g.sub(exponentFloat, scalarLike(g, 1, a))));
}

/** d(aᵖ)/dp = y ln a; 0 at a = 0, where y vanishes faster. */
function powExponent(context: VjpContext, ct: Value): Value {
  const { g } = context;
  const [a, exponent, y] = [operand(context, 0), operand(context, 1), result(context)];
  const safe = g.where(g.equal(a, scalarLike(g, 0, a)), scalarLike(g, 1, a), a);
  return g.cast(g.mul(g.mul(ct, y), g.log(safe)), exponent.dtype);
}

/** y = a − b trunc(a/b) (C's fmod); the quotient is a step function. */
const mod: VjpRule = (context) => {
  const { g } = context;
  const [a, b] = [operand(context, 0), operand(context, 1)];
  if (intAttribute(context.node.attributes, "fmod", 0) === 0 || !isFloat(a.dtype))
    refuse(context, "only the float remainder (fmod = 1) has a derivative");
  const full = result(context).shape;
  const ct = compact(g, cotangent(context));
  const quotient = g.div(a, b);
  const truncated = g.mul(g.sign(quotient), g.op("Floor", [g.abs(quotient)]));
  return [
    context.needs(0) ? reduceTo(g, ct, full, a.shape) : undefined,
    context.needs(1) ? reduceTo(g, g.neg(g.mul(ct, truncated)), full, b.shape) : undefined,
  ];
};

export const arithmeticRules = {
  Add: binary(
    (_, ct) => ct,
    (_, ct) => ct,
  ),
  /** The sign is changed after the reduction, on the smaller value. */
  Sub: ((context) => {
    const { g } = context;
    const ct = compact(g, cotangent(context));
    const full = result(context).shape;
    return [
      context.needs(0) ? reduceTo(g, ct, full, operand(context, 0).shape) : undefined,
      context.needs(1) ? scaled(g, reduceTo(g, ct, full, operand(context, 1).shape), -1) : undefined,
    ];
  }) satisfies VjpRule,
  Mul: mul,
  Div: div,
  Pow: binary(powBase, powExponent),
  Mod: mod,
  Equal: comparison,
  Greater: comparison,
  GreaterOrEqual: comparison,
  Less: comparison,
  LessOrEqual: comparison,
  And: logical,
  Or: logical,
  Xor: logical,
};
