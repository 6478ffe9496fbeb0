import { broadcastStrides, stridesOf } from "../geometry/broadcast";
import { parseEinsum } from "../geometry/einsum";
import { floatAttribute, intAttribute, stringAttribute } from "../graph";
import type { OpType } from "../opType";
import type { Shape, Tensor } from "../tensor";
import { sizeOf } from "../tensor";
import { broadcastIndices } from "./broadcasting";
import { argument, elementsOf, fromElements, outputType } from "./elements";
import { stridedIndices } from "./indexMaps";
import type { EvaluationRule } from "./rule";

/** Row-major matrices inside flat arrays: where each starts and how far apart its rows and columns are. */
interface MatrixView {
  readonly values: Float64Array;
  readonly start: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** Writes scale · A B, [rows, columns], to `result` from `at` on. */
function multiply(
  a: MatrixView,
  b: MatrixView,
  [rows, inner, columns]: readonly [number, number, number],
  result: Float64Array,
  at: number,
  scale = 1,
): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      let fromA = a.start + row * a.rowStride;
      let fromB = b.start + column * b.columnStride;
      for (let k = 0; k < inner; k++) {
        sum += (a.values[fromA] ?? 0) * (b.values[fromB] ?? 0);
        fromA += a.columnStride;
        fromB += b.rowStride;
      }
      result[at + row * columns + column] = scale * sum;
    }
  }
}

const matMul: EvaluationRule = (context) => {
  const type = outputType(context);
  const [a, b] = [argument(context, 0), argument(context, 1)];
  const left: Shape = a.shape.length === 1 ? [1, ...a.shape] : a.shape;
  const right: Shape = b.shape.length === 1 ? [...b.shape, 1] : b.shape;
  const [rows = 1, inner = 1, columns = 1] = [left.at(-2), left.at(-1), right.at(-1)];
  const vectors = (a.shape.length === 1 ? 1 : 0) + (b.shape.length === 1 ? 1 : 0);
  const batch = type.shape.slice(0, type.shape.length - 2 + vectors);
  const startsOf = (shape: Shape): Int32Array => {
    const matrix = sizeOf(shape.slice(-2));
    return stridedIndices(
      batch,
      broadcastStrides(shape.slice(0, -2), batch).map((stride) => stride * matrix),
    );
  };
  const [aStarts, bStarts] = [startsOf(left), startsOf(right)];
  const [aValues, bValues] = [elementsOf(a), elementsOf(b)];
  const result = new Float64Array(sizeOf(type.shape));
  for (let i = 0; i < aStarts.length; i++) {
    const aView = { values: aValues, start: aStarts[i] ?? 0, rowStride: inner, columnStride: 1 };
    const bView = { values: bValues, start: bStarts[i] ?? 0, rowStride: columns, columnStride: 1 };
    multiply(aView, bView, [rows, inner, columns], result, i * rows * columns);
  }
  return [fromElements(type, result)];
};

const gemm: EvaluationRule = (context) => {
  const type = outputType(context);
  const { attributes } = context;
  const oriented = (matrix: Tensor, attribute: string): MatrixView => {
    const width = matrix.shape[1] ?? 0;
    const isTransposed = intAttribute(attributes, attribute, 0) === 1;
    const [rowStride, columnStride] = isTransposed ? [1, width] : [width, 1];
    return { values: elementsOf(matrix), start: 0, rowStride, columnStride };
  };
  const a = argument(context, 0);
  const [rows = 0, columns = 0] = type.shape;
  const inner = a.shape[intAttribute(attributes, "transA", 0) === 1 ? 0 : 1] ?? 0;
  const result = new Float64Array(rows * columns);
  const scale = floatAttribute(attributes, "alpha", 1);
  multiply(oriented(a, "transA"), oriented(argument(context, 1), "transB"), [rows, inner, columns], result, 0, scale);
  const c = context.inputs[2];
  if (c) {
    const beta = floatAttribute(attributes, "beta", 1);
    const values = elementsOf(c);
    const at = broadcastIndices(c.shape, type.shape);
    for (let i = 0; i < result.length; i++) result[i] = (result[i] ?? 0) + beta * (values[at ? (at[i] ?? 0) : i] ?? 0);
  }
  return [fromElements(type, result)];
};

/** Σ over the letters that are not in the output of the product of all operands. */
const einsum: EvaluationRule = (context) => {
  const type = outputType(context);
  const operands = context.inputs.map((_, index) => argument(context, index));
  const plan = parseEinsum(
    stringAttribute(context.attributes, "equation", ""),
    operands.map(({ shape }) => shape),
  );
  if (typeof plan === "string") throw new Error(`Einsum: ${plan}.`);
  const summed = [...plan.sizes.keys()].filter((letter) => !plan.output.includes(letter));
  const sizesOf = (letters: readonly string[]): number[] => letters.map((letter) => plan.sizes.get(letter) ?? 1);
  const reads = operands.map((operand, index) => {
    const term = plan.terms[index] ?? [];
    const strides = stridesOf(operand.shape);
    // A letter that occurs twice in a term runs along its diagonal: its strides add up.
    const strideOf = (letter: string): number =>
      term.reduce(
        (sum, own, axis) => sum + (own === letter && operand.shape[axis] !== 1 ? (strides[axis] ?? 0) : 0),
        0,
      );
    return {
      values: elementsOf(operand),
      starts: stridedIndices(sizesOf(plan.output), plan.output.map(strideOf)),
      offsets: stridedIndices(sizesOf(summed), summed.map(strideOf)),
    };
  });
  const terms = sizeOf(sizesOf(summed));
  const result = new Float64Array(sizeOf(type.shape));
  for (let i = 0; i < result.length; i++) {
    let sum = 0;
    for (let k = 0; k < terms; k++) {
      let product = 1;
      for (const { values, starts, offsets } of reads) product *= values[(starts[i] ?? 0) + (offsets[k] ?? 0)] ?? 0;
      sum += product;
    }
    result[i] = sum;
  }
  return [fromElements(type, result)];
};

export const productEvaluation = {
  MatMul: matMul,
  Gemm: gemm,
  Einsum: einsum,
} as const satisfies Partial<Record<OpType, EvaluationRule>>;
