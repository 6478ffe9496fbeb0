import type { Graph, GraphNode } from "../../graph/graph";
import { intAttribute, stringAttribute } from "../../graph/graph";
import type { Shape } from "../../graph/tensor";
import { sizeOf } from "../../graph/tensor";

/**
 * Floating-point operations of a node of a graph with fixed sizes, a multiplication and an addition counting as two. Only
 * matrix products and convolutions count: beside them, the others take little.
 */
export function nodeFlops(node: GraphNode, graph: Graph): number {
  const shape = (name: string | undefined): Shape => (graph.types.get(name ?? "")?.shape ?? []) as Shape;
  const [a, b] = node.inputs.map(shape);
  const output = sizeOf(shape(node.outputs[0]));
  switch (node.opType) {
    case "MatMul":
      return 2 * output * (a?.at(-1) ?? 0);
    case "Gemm":
      return 2 * output * (a?.[intAttribute(node.attributes, "transA", 0) ? 0 : 1] ?? 0);
    case "Conv":
      return 2 * output * sizeOf(b?.slice(1) ?? [0]);
    case "ConvTranspose":
      return 2 * sizeOf(a ?? [0]) * sizeOf(b?.slice(1) ?? [0]);
    case "Einsum":
      return einsumFlops(stringAttribute(node.attributes, "equation", ""), node.inputs.map(shape));
    default:
      return 0;
  }
}

/** Of the plain loop over all labels. */
function einsumFlops(equation: string, shapes: readonly Shape[]): number {
  if (shapes.length < 2 || equation.includes(".")) return 0;
  const sizes = new Map<string, number>();
  const terms = (equation.replaceAll(" ", "").split("->")[0] ?? "").split(",");
  terms.forEach((term, index) => [...term].forEach((label, axis) => sizes.set(label, shapes[index]?.[axis] ?? 1)));
  return 2 * sizeOf([...sizes.values()]);
}
