import { float, floatAttribute, intAttribute } from "../../graph/graph";
import type { RawNode } from "./rawNode";
import type { UpgradeRule } from "./upgradeContext";

/** Operators that are shorthand for a few others. */

/** Sum of any number of inputs. */
export const sumToAdds: UpgradeRule = (node, context) => {
  const [first = "", ...rest] = node.inputs;
  const last = rest.pop();
  if (last === undefined) return { ...node, opType: "Identity" };
  const partial = rest.reduce((sum, term) => context.op("Add", [sum, term]), first);
  return { ...node, opType: "Add", inputs: [partial, last] };
};

export const meanToAdds: UpgradeRule = (node, context) => {
  const [first = "", ...rest] = node.inputs;
  const sum = rest.reduce((partial, term) => context.op("Add", [partial, term]), first);
  const count = context.scalar(node.inputs.length, context.dtype(first));
  return { ...node, opType: "Div", inputs: [sum, count] };
};

/** γ · elu(x): elu is the identity above zero and α (eˣ − 1) below. */
export const selu: UpgradeRule = (node, context) => {
  const [input = ""] = node.inputs;
  const alpha = float(floatAttribute(node.attributes, "alpha", 1.67326319217681884765625));
  const gamma = floatAttribute(node.attributes, "gamma", 1.05070102214813232421875);
  const elu = context.op("Elu", [input], { alpha });
  return { ...node, opType: "Mul", inputs: [elu, context.scalar(gamma, context.dtype(input))], attributes: {} };
};

/** α · elu(x / α). */
export const celu: UpgradeRule = (node, context) => {
  const [input = ""] = node.inputs;
  const alpha = context.scalar(floatAttribute(node.attributes, "alpha", 1), context.dtype(input));
  const elu = context.op("Elu", [context.op("Div", [input, alpha])], { alpha: float(1) });
  return { ...node, opType: "Mul", inputs: [elu, alpha], attributes: {} };
};

/** x / (1 + |x|). */
export const softsign: UpgradeRule = (node, context) => {
  const [input = ""] = node.inputs;
  const one = context.scalar(1, context.dtype(input));
  const denominator = context.op("Add", [one, context.op("Abs", [input])]);
  return { ...node, opType: "Div", inputs: [input, denominator] };
};

/** x · tanh(log(1 + eˣ)). */
export const mish: UpgradeRule = (node, context) => {
  const [input = ""] = node.inputs;
  const gate = context.op("Tanh", [context.op("Softplus", [input])]);
  return { ...node, opType: "Mul", inputs: [input, gate] };
};

/** x · σ(αx). */
export const swish: UpgradeRule = (node, context) => {
  const [input = ""] = node.inputs;
  const alpha = floatAttribute(node.attributes, "alpha", 1);
  const scaled = alpha === 1 ? input : context.op("Mul", [input, context.scalar(alpha, context.dtype(input))]);
  const gate = context.op("Sigmoid", [scaled]);
  return { ...node, opType: "Mul", domain: "", inputs: [input, gate], attributes: {} };
};

/** x where x > α, else 0. */
export const thresholdedRelu: UpgradeRule = (node, context) => {
  const [input = ""] = node.inputs;
  const dtype = context.dtype(input);
  const alpha = context.scalar(floatAttribute(node.attributes, "alpha", 1), dtype);
  const isAbove = context.op("Greater", [input, alpha]);
  return { ...node, opType: "Where", inputs: [isAbove, input, context.scalar(0, dtype)], attributes: {} };
};

/** A cast to the element type of the second input. */
export const castLike: UpgradeRule = (node, context): RawNode => ({
  ...node,
  opType: "Cast",
  inputs: node.inputs.slice(0, 1),
  attributes: { to: { kind: "string", value: context.dtype(node.inputs[1]) } },
});

/** Scatter (9) was renamed. */
export const scatterToElements: UpgradeRule = (node) => ({
  ...node,
  opType: "ScatterElements",
  attributes: { axis: { kind: "int", value: intAttribute(node.attributes, "axis", 0) } },
});
