import { float, int, ints, string, type Attributes } from "../../../../src/core/graph/graph";
import type { OpType } from "../../../../src/core/graph/opType";
import type { Shape } from "../../../../src/core/graph/tensor";
import type { GradientCase } from "../../../support/gradcheck";
import { apply } from "./elementwise";

const matMul = (a: Shape, b: Shape): GradientCase => apply("MatMul", [a, b], {}, `[${a.join()}] [${b.join()}]`);
const gemm = (transA: number, transB: number, c: Shape | undefined, alpha = 1, beta = 1): GradientCase =>
  apply(
    "Gemm",
    [transA ? [4, 3] : [3, 4], transB ? [2, 4] : [4, 2], ...(c ? [c] : [])],
    { transA: int(transA), transB: int(transB), alpha: float(alpha), beta: float(beta) },
    `transA ${transA} transB ${transB} C [${c?.join() ?? "none"}] alpha ${alpha}`,
  );
const einsum = (equation: string, ...shapes: Shape[]): GradientCase =>
  apply("Einsum", shapes, { equation: string(equation) }, equation);
const conv = (label: string, x: Shape, w: Shape, attributes: Attributes = {}): GradientCase =>
  apply("Conv", [x, w, [w[0]!]], attributes, label);
const convTranspose = (label: string, x: Shape, w: Shape, attributes: Attributes = {}, maps = w[1]!): GradientCase =>
  apply("ConvTranspose", [x, w, [maps]], attributes, label);

export const productCases = {
  MatMul: [
    matMul([3, 4], [4, 2]),
    matMul([4], [4]),
    matMul([4], [4, 2]),
    matMul([3, 4], [4]),
    matMul([4], [2, 4, 3]),
    matMul([2, 3, 4], [4]),
    matMul([2, 3, 4], [4, 2]),
    matMul([2, 2, 3, 4], [1, 4, 2]),
    matMul([2, 3, 4], [2, 4, 2]),
    matMul([2, 1, 3, 4], [3, 4, 2]),
    matMul([3, 4], [2, 4, 2]),
    matMul([1, 3, 4], [2, 4, 2]),
    matMul([2, 1, 4], [2, 4, 1]),
    {
      label: "MatMul with a transposed operand",
      inputs: [
        [2, 3, 4],
        [2, 5, 4],
      ],
      build: (g, q, k) => g.matMul(q, g.swapLast(k)),
    },
    {
      label: "MatMul with both operands transposed",
      inputs: [
        [2, 4, 3],
        [2, 5, 4],
      ],
      build: (g, q, k) => g.softmax(g.matMul(g.swapLast(q), g.swapLast(k))),
    },
    { label: "MatMul of a value with itself", inputs: [[3, 3]], build: (g, a) => g.matMul(a, a) },
  ],
  Gemm: [
    gemm(0, 0, undefined),
    gemm(0, 1, [2], 0.5, 2),
    gemm(1, 0, [3, 1]),
    gemm(1, 1, [3, 2], 2, 0.25),
    gemm(0, 0, [1, 2]),
    gemm(0, 0, []),
    {
      label: "Gemm over flattened rows",
      inputs: [[2, 3, 4], [5, 4], [5]],
      build: (g, x, w, b) => g.reshape(g.gemm(g.reshape(x, [6, 4]), w, b, { transB: true, alpha: 0.5 }), [2, 3, 5]),
    },
  ],
  Einsum: [
    einsum("ij,jk->ik", [3, 4], [4, 2]),
    einsum("bij,bkj->bik", [2, 3, 4], [2, 5, 4]),
    einsum("bhid,bhjd->bhij", [2, 2, 3, 2], [2, 2, 3, 2]),
    einsum("bnc,cd->bnd", [2, 3, 4], [4, 2]),
    einsum("...ij,jk->...ik", [2, 3, 4], [4, 2]),
    einsum("ij->ji", [3, 4]),
    einsum("ij->", [3, 4]),
    einsum("ij,k->ik", [3, 4], [2]),
    einsum("i,j->ij", [3], [4]),
    einsum("ij,jk", [3, 4], [4, 2]),
    einsum("ab,bc,cd->ad", [2, 3], [3, 4], [4, 2]),
  ],
  Conv: [
    conv("1×1", [2, 3, 4, 4], [5, 3, 1, 1]),
    conv("1×1 few positions", [2, 5, 1, 2], [4, 5, 1, 1]),
    conv("1×1 stride 2", [2, 3, 5, 4], [2, 3, 1, 1], { strides: ints([2, 2]) }),
    conv("3×3 padded", [2, 2, 4, 5], [3, 2, 3, 3], { pads: ints([1, 1, 1, 1]) }),
    conv("stride 2, uneven rest", [1, 2, 6, 5], [2, 2, 3, 3], { strides: ints([2, 2]), pads: ints([1, 0, 0, 1]) }),
    conv("stride 3 leaves rows unread", [1, 1, 8, 7], [2, 1, 2, 2], { strides: ints([3, 3]) }),
    conv("stride 3, rest larger than padding", [1, 1, 9, 9], [1, 1, 2, 2], {
      strides: ints([3, 3]),
      pads: ints([0, 0, 1, 1]),
    }),
    conv("dilated", [1, 2, 6, 6], [2, 2, 2, 3], { dilations: ints([2, 2]), pads: ints([1, 1, 1, 1]) }),
    conv("dilated and strided", [1, 1, 8, 9], [2, 1, 2, 2], { dilations: ints([3, 2]), strides: ints([2, 3]) }),
    conv("groups", [2, 4, 4, 4], [6, 2, 3, 3], { group: int(2), pads: ints([1, 1, 1, 1]) }),
    conv("depthwise, stride 2", [2, 3, 5, 5], [3, 1, 3, 3], {
      group: int(3),
      strides: ints([2, 2]),
      pads: ints([1, 1, 1, 1]),
    }),
    conv("depthwise with multiplier", [1, 2, 4, 4], [4, 1, 3, 3], { group: int(2) }),
    conv("SAME_UPPER", [1, 2, 5, 6], [2, 2, 3, 2], { auto_pad: string("SAME_UPPER"), strides: ints([2, 2]) }),
    conv("SAME_LOWER", [1, 1, 5, 6], [2, 1, 2, 4], { auto_pad: string("SAME_LOWER") }),
    conv("VALID", [1, 1, 5, 5], [2, 1, 3, 3], { auto_pad: string("VALID"), strides: ints([2, 2]) }),
    conv("1-D", [2, 3, 7], [2, 3, 3], { strides: ints([2]), pads: ints([1, 1]) }),
    conv("1-D groups", [2, 4, 6], [4, 2, 3], { group: int(2), dilations: ints([2]) }),
    apply(
      "Conv",
      [
        [1, 2, 4, 4],
        [2, 2, 2, 2],
      ],
      {},
      "without bias",
    ),
  ],
  ConvTranspose: [
    convTranspose("plain", [2, 3, 3, 3], [3, 2, 3, 3]),
    convTranspose("stride 2", [1, 2, 3, 4], [2, 3, 3, 3], { strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) }),
    convTranspose("output padding", [1, 2, 3, 3], [2, 2, 3, 3], {
      strides: ints([2, 2]),
      pads: ints([1, 1, 1, 1]),
      output_padding: ints([1, 1]),
    }),
    convTranspose("groups", [1, 4, 3, 3], [4, 2, 2, 2], { group: int(2), strides: ints([2, 2]) }, 4),
    convTranspose("dilated", [1, 1, 3, 3], [1, 2, 2, 2], { dilations: ints([2, 2]) }),
    convTranspose("1-D", [2, 2, 4], [2, 3, 3], { strides: ints([2]) }),
  ],
} satisfies Partial<Record<OpType, readonly GradientCase[]>>;
