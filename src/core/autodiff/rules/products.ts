import { floatAttribute, intAttribute } from "../../graph/graph";
import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import { sizeOf } from "../../graph/tensor";
import {
  compact,
  cotangent,
  operand,
  reduceTo,
  reshapedExpansion,
  result,
  scaled,
  transposedMatrix,
} from "../cotangent";
import type { VjpContext, VjpRule } from "../rule";

/**
 * Y = A B:  dA = dY Bᵀ, dB = Aᵀ dY, summed over the batch axes along which an operand was repeated.
 * A matrix on the right is shared by all rows of A, so its gradient is one Gemm over the flattened rows.
 */
const matMul: VjpRule = (context) => {
  const { g } = context;
  const [a, b] = [operand(context, 0), operand(context, 1)];
  const left = a.shape.length === 1 ? g.reshape(a, [1, ...a.shape]) : a; // [.., M, K]
  const right = b.shape.length === 1 ? g.reshape(b, [...b.shape, 1]) : b; // [.., K, N]
  const batch = result(context).shape.slice(0, result(context).shape.length - matrixRank(a) - matrixRank(b));
  const ct = reshapedExpansion(g, cotangent(context), [
    ...batch,
    ...left.shape.slice(-2, -1),
    ...right.shape.slice(-1),
  ]);
  const [da, db] =
    sizeOf(right.shape.slice(0, -2)) === 1
      ? matrixOnTheRight(g, left, right, ct, context)
      : batched(g, left, right, ct, context);
  return [da && g.reshape(da, a.shape), db && g.reshape(db, b.shape)];
};

/** Axes of the product that come from this operand: none from a vector. */
function matrixRank(operand: Value): number {
  return operand.shape.length === 1 ? 0 : 1;
}

type Needs = Pick<VjpContext, "needs">;

function batched(g: OpBuilder, a: Value, b: Value, ct: Value, { needs }: Needs): (Value | undefined)[] {
  const batch = ct.shape.slice(0, -2);
  const da = (): Value => reduceTo(g, g.matMul(ct, transposedMatrix(g, b)), [...batch, ...a.shape.slice(-2)], a.shape);
  const db = (): Value => reduceTo(g, g.matMul(transposedMatrix(g, a), ct), [...batch, ...b.shape.slice(-2)], b.shape);
  return [needs(0) ? da() : undefined, needs(1) ? db() : undefined];
}

/**
 * A [.., M, K] times one matrix B [K, N]. Where the cotangent is an expansion over rows (the product was averaged over
 * tokens), Σ A over those rows comes first, and both products shrink by the number of tokens.
 */
function matrixOnTheRight(g: OpBuilder, a: Value, b: Value, ct: Value, { needs }: Needs): (Value | undefined)[] {
  const [inner = 1, columns = 1] = b.shape.slice(-2);
  const matrix = g.reshape(b, [inner, columns]);
  const small = compact(g, ct);
  const lead = ct.shape.length - small.shape.length;
  const rowSizes = ct.shape.slice(0, -1).map((_, axis) => (axis < lead ? 1 : (small.shape[axis - lead] ?? 1)));
  const rows = sizeOf(rowSizes);
  // as wide as the product again, but not as tall
  const short = g.reshape(g.expand(small, [...small.shape.slice(0, -1), columns]), [rows, columns]);
  const da = (): Value => {
    const product = g.reshape(g.gemm(short, matrix, undefined, { transB: true }), [...rowSizes, inner]);
    return reduceTo(g, product, [...ct.shape.slice(0, -1), inner], a.shape);
  };
  const db = (): Value => {
    const summed = reduceTo(g, a, [...ct.shape.slice(0, -1), inner], [...rowSizes, inner]);
    return g.gemm(g.reshape(summed, [rows, inner]), short, undefined, { transA: true });
  };
  return [needs(0) ? da() : undefined, needs(1) ? g.reshape(db(), b.shape) : undefined];
}

/** Y = α A′B′ + β C with A′ = Aᵀ when transA, B′ = Bᵀ when transB. */
const gemm: VjpRule = (context) => {
  const { g, node } = context;
  const [a, b] = [operand(context, 0), operand(context, 1)];
  const [, , c] = context.inputs;
  const ct = cotangent(context);
  const transA = intAttribute(node.attributes, "transA", 0) === 1;
  const transB = intAttribute(node.attributes, "transB", 0) === 1;
  const alpha = floatAttribute(node.attributes, "alpha", 1);
  const beta = floatAttribute(node.attributes, "beta", 1);
  const da = (): Value =>
    transA
      ? g.gemm(b, ct, undefined, { transA: transB, transB: true, alpha })
      : g.gemm(ct, b, undefined, { transB: !transB, alpha });
  const db = (): Value =>
    transB
      ? g.gemm(ct, a, undefined, { transA: true, transB: transA, alpha })
      : g.gemm(a, ct, undefined, { transA: !transA, alpha });
  return [
    context.needs(0) ? da() : undefined,
    context.needs(1) ? db() : undefined,
    c && context.needs(2) ? scaled(g, reduceTo(g, compact(g, ct), ct.shape, c.shape), beta) : undefined,
  ];
};

export const productRules = { MatMul: matMul, Gemm: gemm };
