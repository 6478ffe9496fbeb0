import { broadcastShapes } from "../geometry/broadcast";
import { parseEinsum } from "../geometry/einsum";
import { slidingWindow, transposedWindow } from "../geometry/window";
import { intAttribute, intsAttribute, stringAttribute } from "../graph";
import type { OpType } from "../opType";
import type { Shape } from "../tensor";
import { describe, describeAll, expectType, operand, operandOfRank, refuse, sameShape } from "./operands";
import type { InferenceContext, InferenceRule, StaticType } from "./rule";

function pair(context: InferenceContext, rank: number): [StaticType, StaticType] {
  const [a, b] = [operandOfRank(context, 0, "A", rank), operandOfRank(context, 1, "B", rank)];
  if (a.dtype !== b.dtype) refuse(context, "operands of one element type", describeAll([a, b]));
  return [a, b];
}

/** [.., M, K] × [.., K, N] → [.., M, N]; a vector stands for one row on the left, one column on the right. */
const matMul: InferenceRule = (context) => {
  const [a, b] = pair(context, 1);
  const left: Shape = a.shape.length === 1 ? [1, ...a.shape] : a.shape;
  const right: Shape = b.shape.length === 1 ? [...b.shape, 1] : b.shape;
  if (left.at(-1) !== right.at(-2)) refuse(context, "A's last size to equal B's last but one", describeAll([a, b]));
  const batch = broadcastShapes(left.slice(0, -2), right.slice(0, -2));
  if (!batch) refuse(context, "leading sizes that broadcast", describeAll([a, b]));
  const rows = a.shape.length === 1 ? [] : left.slice(-2, -1);
  const columns = b.shape.length === 1 ? [] : right.slice(-1);
  return [{ dtype: a.dtype, shape: [...batch, ...rows, ...columns] }];
};

const gemm: InferenceRule = (context) => {
  const [a, b] = pair(context, 2);
  if (a.shape.length !== 2 || b.shape.length !== 2) refuse(context, "two matrices", describeAll([a, b]));
  const oriented = (type: StaticType, attribute: string): Shape =>
    intAttribute(context.attributes, attribute, 0) === 1 ? type.shape.toReversed() : type.shape;
  const [rows = 0, inner] = oriented(a, "transA");
  const [innerB, columns = 0] = oriented(b, "transB");
  if (inner !== innerB) refuse(context, "matrices that multiply (after transA, transB)", describeAll([a, b]));
  const shape = [rows, columns];
  const c = context.inputs[2];
  if (c && (c.dtype !== a.dtype || !sameShape(broadcastShapes(c.shape, shape) ?? [], shape)))
    refuse(context, `C to broadcast to ${describe({ dtype: a.dtype, shape })}`, describe(c));
  return [{ dtype: a.dtype, shape }];
};

const einsum: InferenceRule = (context) => {
  const operands = context.inputs.map((_, index) => operand(context, index, `operand ${index}`));
  const { dtype } = operand(context, 0, "operand 0");
  const equation = stringAttribute(context.attributes, "equation", "");
  if (operands.some((type) => type.dtype !== dtype)) refuse(context, "one element type", describeAll(operands));
  const plan = parseEinsum(
    equation,
    operands.map(({ shape }) => shape),
  );
  if (typeof plan === "string") refuse(context, `operands that fit "${equation}"`, plan);
  return [{ dtype, shape: plan.output.map((letter) => plan.sizes.get(letter) ?? 1) }];
};

/** X [B, C, ...], W [M, C/group, ...kernel], bias [M] → [B, M, ...]. */
const conv: InferenceRule = (context) => {
  const [x, w] = [operandOfRank(context, 0, "X", 3), operandOfRank(context, 1, "W", 3)];
  const [batch = 0, channels = 0, ...spatial] = x.shape;
  const [maps = 0, channelsPerGroup = 0, ...kernel] = w.shape;
  const groups = intAttribute(context.attributes, "group", 1);
  checkKernel(context, x, w, kernel);
  if (channels !== channelsPerGroup * groups || maps % groups !== 0)
    refuse(context, `X's channels to be W's second size × group ${groups}`, describeAll([x, w]));
  expectType(context, 2, "a bias", x.dtype, [maps]);
  const { output } = slidingWindow(context.attributes, spatial, kernel);
  return [fitting(context, x, [batch, maps, ...output])];
};

/** X [B, C, ...], W [C, M/group, ...kernel], bias [M] → [B, M, ...]. */
const convTranspose: InferenceRule = (context) => {
  const [x, w] = [operandOfRank(context, 0, "X", 3), operandOfRank(context, 1, "W", 3)];
  const [batch = 0, channels = 0, ...spatial] = x.shape;
  const [channelsIn = 0, mapsPerGroup = 0, ...kernel] = w.shape;
  const groups = intAttribute(context.attributes, "group", 1);
  checkKernel(context, x, w, kernel);
  if (channels !== channelsIn || channels % groups !== 0)
    refuse(context, `X's channels to be W's first size, a multiple of group ${groups}`, describeAll([x, w]));
  const maps = mapsPerGroup * groups;
  expectType(context, 2, "a bias", x.dtype, [maps]);
  const { output } = transposedWindow(context.attributes, spatial, kernel);
  return [fitting(context, x, [batch, maps, ...output])];
};

function checkKernel(context: InferenceContext, x: StaticType, w: StaticType, kernel: Shape): void {
  if (w.shape.length !== x.shape.length || w.dtype !== x.dtype)
    refuse(context, "X and W of one rank and element type", describeAll([x, w]));
  const written = intsAttribute(context.attributes, "kernel_shape");
  if (written && !sameShape(written, kernel))
    refuse(context, `kernel_shape to be W's [${kernel.join(", ")}]`, `[${written.join(", ")}]`);
}

function fitting(context: InferenceContext, x: StaticType, shape: Shape): StaticType {
  if (shape.slice(2).some((size) => size < 1)) refuse(context, "a kernel that fits into the padded input", describe(x));
  return { dtype: x.dtype, shape };
}

export const productInference = {
  MatMul: matMul,
  Gemm: gemm,
  Einsum: einsum,
  Conv: conv,
  ConvTranspose: convTranspose,
} as const satisfies Partial<Record<OpType, InferenceRule>>;
