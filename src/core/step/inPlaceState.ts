import type { GraphNode } from "../graph/graph";
import type { OpType } from "../graph/opType";
import type { StepGraph } from "./stepGraph";

/** Operators whose result at a position depends on their inputs at that position alone. */
const elementwise: ReadonlySet<OpType> = new Set<OpType>([
  ...(["Abs", "Neg", "Exp", "Log", "Sqrt", "Reciprocal", "Relu", "Sigmoid", "Tanh", "Clip", "Identity"] as const),
  ...(["Add", "Sub", "Mul", "Div", "Pow", "Min", "Max", "Where"] as const),
]);

/**
 * Operators whose result may be the same memory as their input, or which a runtime may merge into the operator that reads
 * their result: whoever reads the result may read the input.
 */
const transparent: ReadonlySet<OpType> = new Set<OpType>([
  ...(["Identity", "Cast", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Expand"] as const),
  ...(["Slice", "Split", "Neg"] as const),
]);

/**
 * Finds the state tensors whose next value may be written over the present one: half of the memory that two copies take.
 *
 * That is safe when every operator that reads the present value is done before the one that writes the next value starts, in
 * whatever order the graph is run, or reads each element just before it is overwritten. So every reader must be an ancestor
 * of the writer (a weight that the backward pass still needs for a lower layer may not be, unless the update waits for the
 * norm of all gradients), and where reader and writer are neighbours, which a runtime may merge, both must be element-wise.
 *
 * @returns input names of the state tensors that may be updated in place
 */
export function inPlaceState({ graph, state }: StepGraph): ReadonlySet<string> {
  const producers = new Map<string, GraphNode>();
  const readers = new Map<string, GraphNode[]>();
  for (const node of graph.nodes) {
    for (const name of node.outputs) producers.set(name, node);
    for (const name of new Set(node.inputs)) readers.set(name, [...(readers.get(name) ?? []), node]);
  }
  const sizes = (name: string): string | undefined => graph.types.get(name)?.shape?.join();

  const isSafe = (input: string, output: string): boolean => {
    const writer = producers.get(output);
    if (!writer || sizes(input) !== sizes(output)) return false;
    const before = ancestorsOf(writer, producers);
    const nearby = elementwiseRegion(writer, producers, (name) => sizes(name) === sizes(input));
    return effectiveReaders(input, readers).every(
      (reader) =>
        nearby.has(reader) ||
        (before.has(reader) &&
          reader.outputs.every((name) =>
            (readers.get(name) ?? []).every((next) => next !== writer && !nearby.has(next)),
          )),
    );
  };
  return new Set(state.filter(({ input, output }) => isSafe(input, output)).map(({ input }) => input));
}

/** The nodes that read `input`, looking through transparent ones. */
function effectiveReaders(input: string, readers: ReadonlyMap<string, readonly GraphNode[]>): GraphNode[] {
  const found: GraphNode[] = [];
  const names = [input];
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    for (const node of readers.get(name) ?? []) {
      found.push(node);
      if (transparent.has(node.opType)) names.push(...node.outputs);
    }
  }
  return found;
}

/** Every node that must have run before `node` starts. */
function ancestorsOf(node: GraphNode, producers: ReadonlyMap<string, GraphNode>): Set<GraphNode> {
  const found = new Set<GraphNode>();
  const stack = [node];
  for (let next = stack.pop(); next; next = stack.pop()) {
    for (const name of next.inputs) {
      const producer = producers.get(name);
      if (!producer || found.has(producer)) continue;
      found.add(producer);
      stack.push(producer);
    }
  }
  return found;
}

/** The writer and the element-wise nodes of the state's shape before it, if the writer itself is element-wise. */
function elementwiseRegion(
  writer: GraphNode,
  producers: ReadonlyMap<string, GraphNode>,
  hasStateShape: (name: string) => boolean,
): Set<GraphNode> {
  const found = new Set<GraphNode>();
  const stack = [writer];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (found.has(node) || !elementwise.has(node.opType) || !node.outputs.every(hasStateShape)) continue;
    found.add(node);
    for (const name of node.inputs) {
      const producer = producers.get(name);
      if (producer) stack.push(producer);
    }
  }
  return found;
}
