import { evaluationRules } from "./evaluation/evaluationRules";
import type { GraphNode } from "./graph";
import { inferenceRules } from "./inference/inferenceRules";
import type { StaticType } from "./inference/rule";
import type { Tensor } from "./tensor";

/**
 * Computes the outputs of one node, one per name in `node.outputs`.
 *
 * @param floats "float64" makes every float32 result a float64 one, for inputs that are doubles already.
 */
export function evaluateNode(
  node: GraphNode,
  inputs: readonly (Tensor | undefined)[],
  floats?: "float64",
): readonly Tensor[] {
  const { opType, attributes } = node;
  const outputCount = node.outputs.length;
  const inferred = inferenceRules[opType]({
    opType,
    inputs,
    attributes,
    outputCount,
    constant: (index) => inputs[index],
  });
  const outputTypes = inferred
    .slice(0, outputCount)
    .map((type): StaticType => (floats && type.dtype === "float32" ? { ...type, dtype: floats } : type));
  return evaluationRules[opType]({ opType, inputs, attributes, outputTypes });
}
