import type { Graph, GraphNode } from "../../graph/graph";
import { intAttribute, stringAttribute } from "../../graph/graph";
import type { OpType } from "../../graph/opType";
import type { Shape } from "../../graph/tensor";
import { sizeOf } from "../../graph/tensor";

/**
 * Floating-point operations of a node of a graph with fixed sizes, a multiplication and an addition counting as two. Only
 * matrix products and convolutions count: beside them, the others take little.
 */
export function nodeFlops(node: GraphNode, graph: Graph): number {
  const shape = (name: string | undefined): Shape => (graph.types.get(name ?? "")?.shape ?? []) as Shape;
  return rules[node.opType]?.(node, node.inputs.map(shape), shape(node.outputs[0])) ?? 0;
}

type FlopsRule = (node: GraphNode, inputs: readonly Shape[], output: Shape) => number;

const rules: Partial<Record<OpType, FlopsRule>> = {
  MatMul: (_, [a], output) => 2 * sizeOf(output) * (a?.at(-1) ?? 0),
  Gemm: ({ attributes }, [a], output) => 2 * sizeOf(output) * (a?.[intAttribute(attributes, "transA", 0) ? 0 : 1] ?? 0),
  Conv: (_, [, kernel], output) => 2 * sizeOf(output) * sizeOf(kernel?.slice(1) ?? [0]),
  ConvTranspose: (_, [x, kernel]) => 2 * sizeOf(x ?? [0]) * sizeOf(kernel?.slice(1) ?? [0]),
  Einsum: ({ attributes }, inputs) => einsumFlops(stringAttribute(attributes, "equation", ""), inputs),
};

/** Of the plain loop over all labels. */
function einsumFlops(equation: string, shapes: readonly Shape[]): number {
  if (shapes.length < 2 || equation.includes(".")) return 0;
  const sizes = new Map<string, number>();
  const terms = (equation.replaceAll(" ", "").split("->")[0] ?? "").split(",");
  for (const [index, term] of terms.entries())
    for (const [axis, size] of (shapes[index] ?? []).entries()) sizes.set(term.charAt(axis), size);
  return 2 * sizeOf([...sizes.values()]);
}
