import { UserError } from "../../errors";
import { float, floatAttribute, int, intAttribute } from "../../graph/graph";
import { tensor } from "../../graph/tensor";
import { reshapeLike } from "./inputForms";
import { type RawNode, withoutAttributes } from "./rawNode";
import type { UpgradeContext, UpgradeRule } from "./upgradeContext";

/** A backbone is frozen, so its dropout passes everything through; the mask, where used, is all true. */
export const dropoutToIdentity: UpgradeRule = (node, context) => {
  const [input = ""] = node.inputs;
  const [output = "", mask = ""] = node.outputs;
  if (mask === "") return { ...node, opType: "Identity", inputs: [input], outputs: [output], attributes: {} };
  const passed = { ...node, opType: "Identity", inputs: [input], outputs: [output], attributes: {} };
  context.add(passed);
  const ones = { kind: "tensor", value: tensor("bool", [1], [1]) } as const;
  return {
    ...node,
    name: `${node.name}/mask`,
    opType: "ConstantOfShape",
    inputs: [context.op("Shape", [input])],
    outputs: [mask],
    attributes: { value: ones },
  };
};

/**
 * A frozen backbone normalises with its running statistics. The training form occurs where weights are standardised by it;
 * there it is written out.
 */
export const inferenceBatchNormalization: UpgradeRule = (node, context) => {
  const trains = intAttribute(node.attributes, "training_mode", 0) !== 0;
  const perActivation = intAttribute(node.attributes, "spatial", 1) === 0;
  const givesStatistics = node.outputs.slice(1).some((name) => context.isRead(name));
  if (perActivation || givesStatistics || (trains && context.isDynamic(node.inputs[0])))
    throw new UserError(
      `${context.label}: batch normalization "${node.name}" is in ${perActivation ? "per-activation" : "training"} mode; export the model in evaluation mode (model.eval()).`,
    );
  const outputs = node.outputs.slice(0, 1);
  if (trains) return standardized({ ...node, outputs }, context);
  return { ...node, outputs, attributes: withoutAttributes(node.attributes, "spatial", "training_mode") };
};

/** (x − μ) / sqrt(σ² + ε) · scale + bias with the statistics of x [N, C, …] itself over all axes but C. */
function standardized(node: RawNode, context: UpgradeContext): RawNode {
  const [input = "", scale = "", bias = ""] = node.inputs;
  const dtype = context.dtype(input);
  const axes = context.ints([0, 2]);
  const mean = (value: string): string => context.op("ReduceMean", [value, axes], { keepdims: int(1) });
  const column = (value: string): string => context.op("Unsqueeze", [value, context.ints([1])]);
  const flat = context.op("Reshape", [input, context.ints([0, 0, -1])]); // [N, C, rest]
  const centred = context.op("Sub", [flat, mean(flat)]);
  const variance = mean(context.op("Mul", [centred, centred]));
  const epsilon = context.scalar(floatAttribute(node.attributes, "epsilon", 1e-5), dtype);
  const normalized = context.op("Div", [centred, context.op("Sqrt", [context.op("Add", [variance, epsilon])])]);
  const affine = context.op("Add", [context.op("Mul", [normalized, column(scale)]), column(bias)]);
  return reshapeLike(node, affine, input, context);
}

/** Group normalization as instance normalization of the groups; scale and bias are per group in 18, per channel since 21. */
export const groupNormalization: UpgradeRule = (node, context) => {
  const [input = "", scale = "", bias = ""] = node.inputs;
  const groups = intAttribute(node.attributes, "num_groups", 1);
  const epsilon = float(floatAttribute(node.attributes, "epsilon", 1e-5));
  const dtype = context.dtype(input);
  const vector = (value: number): string =>
    context.op("Expand", [context.scalar(value, dtype), context.ints([groups])]);
  const grouped = context.op("Reshape", [input, context.ints([0, groups, -1])]); // [B, G, rest]
  const normalized = context.op("InstanceNormalization", [grouped, vector(1), vector(0)], { epsilon });
  const affine = context.opset < 21 ? normalized : channels(normalized, scale, context);
  const column = (value: string): string => context.op("Unsqueeze", [value, context.ints([1])]);
  const scaled = context.op("Mul", [affine, column(scale)]);
  return reshapeLike(node, context.op("Add", [scaled, column(bias)]), input, context);
};

/** [B, G, rest] as [B, C, rest'], C being the length of `scale`. */
function channels(value: string, scale: string, context: UpgradeContext): string {
  const shape = context.op("Concat", [context.ints([0]), context.op("Shape", [scale]), context.ints([-1])], {
    axis: int(0),
  });
  return context.op("Reshape", [value, shape]);
}

/** x / sqrt(mean(x²) + ε) · scale over the axes from `axis` on; only the last axis occurs in practice. */
export const rmsNormalization: UpgradeRule = (node, context) => {
  const [input = "", scale = ""] = node.inputs;
  if (intAttribute(node.attributes, "axis", -1) !== -1)
    throw new UserError(
      `${context.label}: RMS normalization "${node.name}" over several axes is not supported; export with opset 20.`,
    );
  return rmsNormalized(node, input, scale, floatAttribute(node.attributes, "epsilon", 1e-5), context);
};

export function rmsNormalized(
  node: RawNode,
  input: string,
  scale: string,
  epsilon: number,
  context: UpgradeContext,
): RawNode {
  const dtype = context.dtype(input);
  const square = context.op("Mul", [input, input]);
  const mean = context.op("ReduceMean", [square, context.ints([-1])], { keepdims: int(1) });
  const root = context.op("Sqrt", [context.op("Add", [mean, context.scalar(epsilon, dtype)])]);
  const normalized = context.op("Div", [input, root]);
  return { ...node, opType: "Mul", domain: "", inputs: [normalized, scale], outputs: node.outputs, attributes: {} };
}

/** x / ‖x‖ₚ along one axis. */
export const lpNormalization: UpgradeRule = (node, context) => {
  const [input = ""] = node.inputs;
  const axis = intAttribute(node.attributes, "axis", -1);
  const opType = intAttribute(node.attributes, "p", 2) === 1 ? "ReduceL1" : "ReduceL2";
  const norm = context.op(opType, [input, context.ints([axis])], { keepdims: int(1) });
  return { ...node, opType: "Div", inputs: [input, norm], attributes: {} };
};

/** log Σ x. */
export const reduceLogSum: UpgradeRule = (node, context) => {
  const axes = node.attributes["axes"];
  const inputs = axes?.kind === "ints" ? [node.inputs[0] ?? "", context.ints(axes.value)] : node.inputs;
  const sum = context.op("ReduceSum", inputs, withoutAttributes(node.attributes, "axes"));
  return { ...node, opType: "Log", inputs: [sum], attributes: {} };
};
