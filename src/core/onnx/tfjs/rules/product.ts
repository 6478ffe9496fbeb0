import type { Value } from "../../../graph/graphBuilder";
import type { ConversionContext, ConversionRule } from "../rule";
import { tfBool, tfString } from "../tfAttributes";
import { asIs, type TfValue } from "../tfValue";

/** Matrix product of the last two axes, either side transposed as the attributes say. */
function product(context: ConversionContext, transposeA: string, transposeB: string): TfValue {
  const { g, node } = context;
  const a = context.asIs(0);
  const b = context.asIs(1);
  const left = tfBool(node.attributes, transposeA) ? g.swapLast(a) : a;
  const right = tfBool(node.attributes, transposeB) ? g.swapLast(b) : b;
  return asIs(g.matMul(left, right));
}

export const matMul: ConversionRule = (context) => product(context, "transpose_a", "transpose_b");

const batchMatMul: ConversionRule = (context) => product(context, "adj_x", "adj_y");

/** Adds a bias [C] to the channels of `x`. */
export function addBias({ g, node }: ConversionContext, x: TfValue, bias: Value): TfValue {
  const isNchw = tfString(node.attributes, "data_format", "NHWC") === "NCHW" && x.value.shape.length === 4;
  const isSecond = x.isChannelsFirst || isNchw;
  const term = isSecond ? g.reshape(bias, [bias.shape[0] ?? 1, 1, 1]) : bias;
  return { ...x, value: g.add(x.value, term) };
}

const biasAdd: ConversionRule = (context) => addBias(context, context.input(0), context.asIs(1));

export const productRules: Readonly<Record<string, ConversionRule>> = {
  MatMul: matMul,
  BatchMatMul: batchMatMul,
  BatchMatMulV2: batchMatMul,
  BiasAdd: biasAdd,
};
