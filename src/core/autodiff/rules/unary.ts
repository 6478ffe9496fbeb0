import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import { cotangent, operand, refuse, result, scalarLike, scaled } from "../cotangent";
import { isFloat } from "../cotangent";
import { notDifferentiable, type VjpContext, type VjpRule } from "../rule";

interface Unary {
  readonly g: OpBuilder;
  readonly x: Value;
  readonly y: Value;
  readonly ct: Value;
  readonly context: VjpContext;
  /** A scalar of the dtype of x. */
  readonly constant: (value: number) => Value;
}

/** Rule of an operator of one input and one output of equal shape. */
export function unary(derivative: (parts: Unary) => Value): VjpRule {
  return (context) => {
    const { g } = context;
    const x = operand(context, 0);
    const constant = (value: number): Value => scalarLike(g, value, x);
    return [derivative({ g, x, y: result(context), ct: cotangent(context), context, constant })];
  };
}

/** 2 / √π, the derivative of erf at 0. */
const ERF_SLOPE = 2 / Math.sqrt(Math.PI);

const flat = notDifferentiable("piecewise constant");

export const unaryRules = {
  Abs: unary(({ g, x, ct }) => g.mul(ct, g.sign(x))),
  Neg: unary(({ g, ct }) => scaled(g, ct, -1)),
  Exp: unary(({ g, y, ct }) => g.mul(ct, y)),
  Log: unary(({ g, x, ct }) => g.div(ct, x)),
  Sqrt: unary(({ g, y, ct, constant }) => g.div(g.mul(ct, constant(0.5)), y)),
  /** −1/x² = −y². */
  Reciprocal: unary(({ g, y, ct }) => g.neg(g.mul(ct, g.mul(y, y)))),
  Sin: unary(({ g, x, ct }) => g.mul(ct, g.cos(x))),
  Cos: unary(({ g, x, ct }) => g.neg(g.mul(ct, g.sin(x)))),
  /** 2/√π · exp(−x²). */
  Erf: unary(({ g, x, ct, constant }) => g.mul(g.mul(ct, constant(ERF_SLOPE)), g.exp(g.neg(g.mul(x, x))))),
  Identity: unary(({ ct }) => ct),
  /** Float to float passes; anything to or from an integer stops (the driver never asks for the latter). */
  Cast: unary(({ g, x, y, ct, context }) =>
    isFloat(y.dtype) ? g.cast(ct, x.dtype) : refuse(context, "its output is not a float"),
  ),
  Floor: flat,
  Ceil: flat,
  Round: flat,
  Sign: flat,
  Not: notDifferentiable("boolean"),
  IsNaN: notDifferentiable("boolean"),
};
