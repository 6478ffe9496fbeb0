import { UserError } from "../../errors";
import { float, floatAttribute, int, intAttribute, ints, string } from "../../graph/graph";
import { rmsNormalized } from "./normalizations";
import type { RawNode } from "./rawNode";
import type { UpgradeContext, UpgradeRule } from "./upgradeContext";

/** Operators of ONNX Runtime's own domain that its optimizer and common exporters leave in files, written out. */

function standard(node: RawNode, opType: string, inputs: readonly string[], attributes = {}): RawNode {
  return { name: node.name, opType, domain: "", inputs, outputs: node.outputs.slice(0, 1), attributes };
}

const erfGelu: UpgradeRule = (node) => standard(node, "Gelu", node.inputs.slice(0, 1));

const biasGelu: UpgradeRule = (node, context) => standard(node, "Gelu", [context.op("Add", node.inputs)]);

/** The tanh approximation, of x plus an optional bias. */
const fastGelu: UpgradeRule = (node, context) => {
  const [input = "", bias = ""] = node.inputs;
  const sum = bias === "" ? input : context.op("Add", [input, bias]);
  return standard(node, "Gelu", [sum], { approximate: string("tanh") });
};

/** x · σ(αx). */
const quickGelu: UpgradeRule = (node, context) => {
  const [input = ""] = node.inputs;
  const alpha = context.scalar(floatAttribute(node.attributes, "alpha", 1.702), context.dtype(input));
  const gate = context.op("Sigmoid", [context.op("Mul", [input, alpha])]);
  return standard(node, "Mul", [input, gate]);
};

/** alpha · A′ B′. */
const fusedMatMul: UpgradeRule = (node, context) => {
  const { attributes } = node;
  if (intAttribute(attributes, "transBatchA", 0) !== 0 || intAttribute(attributes, "transBatchB", 0) !== 0)
    throw notExpandable(node, context);
  const operands = ["transA", "transB"].map((name, index) => {
    const operand = node.inputs[index] ?? "";
    return intAttribute(attributes, name, 0) === 0 ? operand : swapLast(node, operand, context);
  });
  const alpha = floatAttribute(attributes, "alpha", 1);
  if (alpha === 1) return standard(node, "MatMul", operands);
  return standard(node, "Mul", [context.op("MatMul", operands), context.scalar(alpha, context.dtype(node.inputs[0]))]);
};

function swapLast(node: RawNode, operand: string, context: UpgradeContext): string {
  const rank = context.shape(operand)?.length;
  if (rank === undefined || rank < 2) throw notExpandable(node, context);
  const perm = [...Array(rank - 2).keys(), rank - 1, rank - 2];
  return context.op("Transpose", [operand], { perm: ints(perm) });
}

function notExpandable(node: RawNode, context: UpgradeContext): UserError {
  return new UserError(
    `${context.label}: the fused operator ${node.opType} (node "${node.name}") cannot be taken apart here; save the model before such fusions.`,
  );
}

/** x + skip (+ bias), normalised; the sum itself is the fourth output. */
function skipNorm(isRms: boolean): UpgradeRule {
  return (node, context) => {
    const [input = "", skip = "", scale = "", ...rest] = node.inputs;
    const [shift = "", bias = ""] = isRms ? ["", ...rest] : rest;
    const partial = context.op("Add", [input, skip]);
    const sum = node.outputs[3] ?? "";
    const terms = bias === "" ? [partial] : [partial, bias];
    let total = partial;
    if (sum !== "") {
      context.add({
        ...standard(node, bias === "" ? "Identity" : "Add", terms),
        name: `${node.name}/sum`,
        outputs: [sum],
      });
      total = sum;
    } else if (bias !== "") total = context.op("Add", terms);
    const epsilon = floatAttribute(node.attributes, "epsilon", 1e-12);
    const single = { ...node, outputs: node.outputs.slice(0, 1) };
    if (isRms) return rmsNormalized(single, total, scale, epsilon, context);
    const inputs = shift === "" ? [total, scale] : [total, scale, shift];
    return standard(node, "LayerNormalization", inputs, { epsilon: float(epsilon), axis: int(-1) });
  };
}

/** RMS normalization under ONNX Runtime's name for it. */
export const simplifiedLayerNormalization: UpgradeRule = (node, context) => {
  const [input = "", scale = ""] = node.inputs;
  const single = { ...node, outputs: node.outputs.slice(0, 1) };
  return rmsNormalized(single, input, scale, floatAttribute(node.attributes, "epsilon", 1e-5), context);
};

export const fusedOperatorRules: Readonly<Record<string, UpgradeRule>> = {
  Gelu: erfGelu,
  BiasGelu: biasGelu,
  FastGelu: fastGelu,
  QuickGelu: quickGelu,
  FusedMatMul: fusedMatMul,
  SkipLayerNormalization: skipNorm(false),
  SkipSimplifiedLayerNormalization: skipNorm(true),
  SimplifiedLayerNormalization: simplifiedLayerNormalization,
};
