import type { Graph } from "../../core/graph/graph";

/** Inputs of `graph` that some node reads or that are passed on as outputs. */
export function usedInputs(graph: Graph): ReadonlySet<string> {
  const read = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  for (const { name } of graph.outputs) read.add(name);
  return new Set(graph.inputs.flatMap(({ name }) => (read.has(name) ? [name] : [])));
}

/** The same graph without inputs that nothing reads: a probe of the last layer is then not fed all the others. */
export function withoutUnusedInputs(graph: Graph): Graph {
  const used = usedInputs(graph);
  return { ...graph, inputs: graph.inputs.filter(({ name }) => used.has(name)) };
}
