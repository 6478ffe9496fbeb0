import type { Graph, GraphNode } from "../../graph/graph";
import type { BlockKind } from "./modelReport";

export interface GraphPart {
  readonly kind: BlockKind;
  readonly hiddenState?: number | undefined;
  readonly nodes: readonly GraphNode[];
}

/**
 * Shares out all nodes by the first hidden state that needs them; what follows the last one, and the constants that only
 * that reads, is the head. Networks beside the stream (the other encoder of a pair) and dead code are `other`.
 * @param states names of the hidden states, low to high
 */
export function partition(graph: Graph, states: readonly string[]): GraphPart[] {
  if (states.length === 0) return [{ kind: "whole", nodes: graph.nodes }];
  const [head, other] = [states.length, states.length + 1];
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name): [string, GraphNode] => [name, node])));
  const owner = new Map<GraphNode, number>();
  states.forEach((state, index) => claim([state], index, makers, owner, () => true));

  const isDynamic = reachable(
    graph,
    graph.inputs.map(({ name }) => name),
  );
  const follows = reachable(graph, states);
  const headNodes = graph.nodes.filter((node) => !owner.has(node) && follows(node));
  for (const node of headNodes) owner.set(node, head);
  const read = headNodes.flatMap(({ inputs }) => inputs);
  claim(read, head, makers, owner, (node) => !isDynamic(node));

  const nodesOf: GraphNode[][] = Array.from({ length: other + 1 }, () => []);
  for (const node of graph.nodes) nodesOf[owner.get(node) ?? other]?.push(node);
  return nodesOf.flatMap((nodes, index): GraphPart[] => {
    if (index >= head) return nodes.length > 0 ? [{ kind: index === head ? "head" : "other", nodes }] : [];
    return [{ kind: index === 0 ? "embedding" : "block", hiddenState: index, nodes }];
  });
}

/** Gives all nodes that the values depend on, as far as they have no owner yet, to `index`. */
function claim(
  values: readonly string[],
  index: number,
  makers: ReadonlyMap<string, GraphNode>,
  owner: Map<GraphNode, number>,
  isEligible: (node: GraphNode) => boolean,
): void {
  const open = [...values];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = makers.get(name);
    if (!node || owner.has(node) || !isEligible(node)) continue;
    owner.set(node, index);
    for (const input of node.inputs) open.push(input);
  }
}

/** Whether a node depends on one of the values. */
export function reachable(graph: Graph, values: readonly string[]): (node: GraphNode) => boolean {
  const reached = new Set(values);
  const nodes = new Set<GraphNode>();
  for (const node of graph.nodes) {
    if (!node.inputs.some((name) => reached.has(name))) continue;
    nodes.add(node);
    for (const name of node.outputs) reached.add(name);
  }
  return (node) => nodes.has(node);
}
