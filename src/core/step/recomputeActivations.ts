import { BACKWARD_SCOPE } from "../autodiff/gradients";
import type { Graph, GraphNode, ValueType } from "../graph/graph";
import { type DataType, tensor } from "../graph/tensor";

/**
 * Lets the backward pass compute again what costs less to compute than to keep: a ReLU of something that is fed, which is kept
 * anyway (possibly in a narrower type). The runtime then releases it as soon as the forward pass is done with it and uses the
 * same memory for the next one, which also stays in the processor's cache.
 *
 * The copies are spelt differently, max(x, 0) in the type that is fed and then the cast, since the runtime would otherwise find
 * the common sub-expression and merge the two again.
 */
export function recomputeActivations(graph: Graph): Graph {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const readBackwards = new Set(graph.nodes.filter(isBackward).flatMap(({ inputs }) => inputs));
  const copies: GraphNode[] = [];
  const renamed = new Map<string, string>();
  const types = new Map(graph.types);
  const initializers = new Map(graph.initializers);

  const add = (node: Omit<GraphNode, "domain" | "outputs">, type: ValueType): string => {
    copies.push({ ...node, domain: "", outputs: [node.name] });
    types.set(node.name, type);
    return node.name;
  };
  const zeroOf = (dtype: DataType): string => {
    const name = `${BACKWARD_SCOPE}/recomputed/zero.${dtype}`;
    initializers.set(name, tensor(dtype, [], [0]));
    types.set(name, { dtype, shape: [] });
    return name;
  };
  for (const node of graph.nodes) {
    const [output = ""] = node.outputs;
    if (node.opType !== "Relu" || isBackward(node) || !readBackwards.has(output)) continue;
    const [input = ""] = node.inputs;
    const producer = producers.get(input);
    const cast = producer?.opType === "Cast" ? producer : undefined;
    const fed = graph.inputs.find(({ name }) => name === (cast?.inputs[0] ?? input));
    const type = types.get(output);
    if (!fed || !type || (fed.dtype !== "float32" && fed.dtype !== "float16")) continue;
    const name = `${BACKWARD_SCOPE}/recomputed/${node.name}`;
    const inputs = [fed.name, zeroOf(fed.dtype)];
    const again = add({ name, opType: "Max", inputs, attributes: {} }, { ...type, dtype: fed.dtype });
    const inFull = (attributes: GraphNode["attributes"]): string =>
      add({ name: `${name}.cast`, opType: "Cast", inputs: [again], attributes }, type);
    renamed.set(output, cast ? inFull(cast.attributes) : again);
  }
  if (renamed.size === 0) return graph;
  const rewired = graph.nodes.map((node) =>
    isBackward(node) ? { ...node, inputs: node.inputs.map((name) => renamed.get(name) ?? name) } : node,
  );
  const first = rewired.findIndex(isBackward);
  return { ...graph, nodes: [...rewired.slice(0, first), ...copies, ...rewired.slice(first)], initializers, types };
}

function isBackward({ name }: GraphNode): boolean {
  return name.startsWith(`${BACKWARD_SCOPE}/`);
}
