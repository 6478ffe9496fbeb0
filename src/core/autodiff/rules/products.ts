import { floatAttribute, intAttribute } from "../../graph/graph";
import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import { sizeOf, type Shape } from "../../graph/tensor";
import { compact, cotangent, operand, reduceTo, reshaped, result, scaled, transposedMatrix } from "../cotangent";
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
  const ct = reshaped(g, cotangent(context), [...batch, ...left.shape.slice(-2, -1), ...right.shape.slice(-1)]);
  const [da, db] =
    sizeOf(right.shape.slice(0, -2)) === 1
      ? rowProducts(g, left, g.reshape(right, right.shape.slice(-2)), ct, context, {})
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

/** A cotangent [.., N] as a matrix of rows, of which an expansion keeps only the distinct ones. */
interface Rows {
  /** Sizes of the axes in front of the last one, and the same with 1 where all rows along an axis are equal. */
  readonly full: Shape;
  readonly distinct: Shape;
  /** [product of distinct, N]. */
  readonly matrix: Value;
}

/** Looks through a reshape of the leading axes and an expansion. */
function rowsOf(g: OpBuilder, ct: Value): Rows {
  const width = ct.shape.at(-1) ?? 1;
  const producer = g.producer(ct);
  const source = producer?.opType === "Reshape" ? g.value(producer.inputs[0] ?? "") : undefined;
  const whole = source?.shape.at(-1) === width ? source : ct;
  const small = compact(g, whole);
  const lead = whole.shape.length - small.shape.length;
  const full = whole.shape.slice(0, -1);
  const distinct = full.map((_, axis) => (axis < lead ? 1 : (small.shape[axis - lead] ?? 1)));
  const rows = g.expand(small, [...small.shape.slice(0, -1), width]);
  return { full, distinct, matrix: g.reshape(rows, [sizeOf(distinct), width]) };
}

/**
 * A [.., M, K] times one matrix B [K, N] (or its transpose). Where the cotangent is an expansion over rows (the product was
 * averaged over tokens), Σ A over those rows comes first, and both products shrink by the number of tokens.
 */
function rowProducts(
  g: OpBuilder,
  a: Value,
  b: Value,
  ct: Value,
  { needs }: Needs,
  { transB = false, alpha = 1 }: { readonly transB?: boolean; readonly alpha?: number },
): (Value | undefined)[] {
  const inner = a.shape.at(-1) ?? 1;
  const { full, distinct, matrix } = rowsOf(g, ct);
  const da = (): Value => {
    const product = g.gemm(matrix, b, undefined, { transB: !transB, alpha });
    return reshaped(g, g.expand(g.reshape(product, [...distinct, inner]), [...full, inner]), a.shape);
  };
  const db = (): Value => {
    const summed = reduceTo(g, reshaped(g, a, [...full, inner]), [...full, inner], [...distinct, inner]);
    const rows = g.reshape(summed, [sizeOf(distinct), inner]);
    return transB
      ? g.gemm(matrix, rows, undefined, { transA: true, alpha })
      : g.gemm(rows, matrix, undefined, { transA: true, alpha });
  };
  return [needs(0) ? da() : undefined, needs(1) ? db() : undefined];
}

/** Y = α A′B′ + β C with A′ = Aᵀ when transA, B′ = Bᵀ when transB. */
const gemm: VjpRule = (context) => {
  const { g, node } = context;
  const [a, b] = [operand(context, 0), operand(context, 1)];
  const [, , c] = context.inputs;
  const ct = cotangent(context);
  const transB = intAttribute(node.attributes, "transB", 0) === 1;
  const alpha = floatAttribute(node.attributes, "alpha", 1);
  const beta = floatAttribute(node.attributes, "beta", 1);
  const [da, db] =
    intAttribute(node.attributes, "transA", 0) === 1
      ? transposedGemm(g, a, b, ct, context, { transB, alpha })
      : rowProducts(g, a, b, ct, context, { transB, alpha });
  return [da, db, c && context.needs(2) ? scaled(g, addendGradient(g, ct, c), beta) : undefined];
};

function transposedGemm(
  g: OpBuilder,
  a: Value,
  b: Value,
  ct: Value,
  { needs }: Needs,
  { transB, alpha }: { readonly transB: boolean; readonly alpha: number },
): (Value | undefined)[] {
  const da = (): Value => g.gemm(b, ct, undefined, { transA: transB, transB: true, alpha });
  const db = (): Value =>
    transB ? g.gemm(ct, a, undefined, { transA: true, transB: true, alpha }) : g.gemm(a, ct, undefined, { alpha });
  return [needs(0) ? da() : undefined, needs(1) ? db() : undefined];
}

/** Usually a bias [N]: the sum of the rows, of the distinct ones times their number where possible. */
function addendGradient(g: OpBuilder, ct: Value, c: Value): Value {
  const width = ct.shape.at(-1) ?? 1;
  if (sizeOf(c.shape) !== width || c.shape.at(-1) !== width) return reduceTo(g, compact(g, ct), ct.shape, c.shape);
  const { full, distinct, matrix } = rowsOf(g, ct);
  return reduceTo(g, g.reshape(matrix, [...distinct, width]), [...full, width], c.shape);
}

export const productRules = { MatMul: matMul, Gemm: gemm };
