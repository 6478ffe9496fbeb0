import type { Graph, GraphNode, ValueType } from "../graph/graph";
import { stringAttribute } from "../graph/graph";
import type { OpType } from "../graph/opType";
import type { DataType } from "../graph/tensor";

/** Output element type where it is not that of the first input. */
const outputTypes: Partial<Record<OpType, DataType | ((node: GraphNode, inputs: readonly DataType[]) => DataType)>> = {
  Shape: "int64",
  Size: "int64",
  ArgMax: "int64",
  ArgMin: "int64",
  Equal: "bool",
  Greater: "bool",
  GreaterOrEqual: "bool",
  Less: "bool",
  LessOrEqual: "bool",
  And: "bool",
  Or: "bool",
  Xor: "bool",
  Not: "bool",
  IsNaN: "bool",
  Where: (_, inputs) => inputs[1] ?? "float32",
  OneHot: (_, inputs) => inputs[2] ?? "float32",
  Cast: (node) => stringAttribute(node.attributes, "to", "float32") as DataType,
  EyeLike: (node, inputs) => stringAttribute(node.attributes, "dtype", inputs[0] ?? "float32") as DataType,
  ConstantOfShape: ({ attributes: { ["value"]: value } }) => (value?.kind === "tensor" ? value.value.dtype : "float32"),
};

/**
 * Names the type of every value of a decoded graph: shapes where the file says them, element types always (they follow from
 * the operators alone).
 */
export function valueTypes(
  graph: Pick<Graph, "inputs" | "outputs" | "nodes" | "initializers">,
  declared: ReadonlyMap<string, ValueType>,
): Map<string, ValueType> {
  const types = new Map<string, ValueType>();
  for (const { name, dtype, shape } of graph.inputs) types.set(name, { dtype, shape });
  for (const [name, { dtype, shape }] of graph.initializers) types.set(name, { dtype, shape });
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => types.get(name)?.dtype ?? "float32");
    node.outputs.forEach((name, index) => {
      if (name !== "")
        types.set(name, { dtype: outputDataType(node, index, inputs), shape: declared.get(name)?.shape });
    });
  }
  return types;
}

/** Element type of a node's output `index`. */
export function outputDataType(node: GraphNode, index: number, inputs: readonly DataType[]): DataType {
  if (index === 1 && (node.opType === "TopK" || node.opType === "MaxPool")) return "int64";
  const rule = outputTypes[node.opType];
  if (typeof rule === "string") return rule;
  return rule?.(node, inputs) ?? inputs[0] ?? "float32";
}
