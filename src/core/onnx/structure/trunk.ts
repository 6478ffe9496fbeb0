import type { GraphNode } from "../../graph/graph";
import type { DataFlow } from "./dataFlow";

/** A value through which everything flows that goes from the trunk's source to its sink. */
export interface Waist {
  readonly value: string;
  /** Index in {@link Trunk.nodes} of the node that computes it; −1 for the source itself. */
  readonly position: number;
}

/** All ways from one source of features to one output. */
export interface Trunk {
  /** The nodes on any way, in the order of the graph. */
  readonly nodes: readonly GraphNode[];
  /** Its waists, from the source on: between two of them lie the parallel branches of a block. */
  readonly waists: readonly Waist[];
  /** Values on any way. */
  readonly values: ReadonlySet<string>;
  /** Positions of the nodes of the trunk that read each value. */
  readonly readers: ReadonlyMap<string, readonly number[]>;
}

/** Undefined when the sink does not depend on the source. */
export function findTrunk(flow: DataFlow, source: string, sink: string): Trunk | undefined {
  const reached = new Set([source]);
  for (const node of flow.graph.nodes)
    if (node.inputs.some((name) => reached.has(name)))
      for (const name of node.outputs) if (flow.isFloat(name)) reached.add(name);
  if (!reached.has(sink)) return undefined;

  const values = new Set([sink]);
  const nodes: GraphNode[] = [];
  for (const node of flow.graph.nodes.toReversed()) {
    if (node.outputs.includes(source) || !node.outputs.some((name) => values.has(name))) continue;
    const onTheWay = node.inputs.filter((name) => reached.has(name));
    if (onTheWay.length === 0) continue;
    nodes.push(node);
    for (const name of onTheWay) values.add(name);
  }
  nodes.reverse();

  const readers = new Map<string, number[]>();
  nodes.forEach((node, position) => {
    for (const name of new Set(node.inputs)) {
      if (!values.has(name)) continue;
      const list = readers.get(name);
      if (list) list.push(position);
      else readers.set(name, [position]);
    }
  });
  return { nodes, values, readers, waists: waistsOf(nodes, source, values, readers, sink) };
}

/**
 * Sweeps over the nodes: where a single value is still to be read, all flow passes through it. This finds every such value,
 * for whatever is not upstream of it lies downstream, in any topological order.
 */
function waistsOf(
  nodes: readonly GraphNode[],
  source: string,
  values: ReadonlySet<string>,
  readers: ReadonlyMap<string, readonly number[]>,
  sink: string,
): Waist[] {
  const lastReading = (name: string): number => (name === sink ? Infinity : (readers.get(name)?.at(-1) ?? -1));
  const waists: Waist[] = [{ value: source, position: -1 }];
  const live = new Set([source]);
  nodes.forEach((node, position) => {
    for (const name of node.inputs) if (lastReading(name) <= position) live.delete(name);
    for (const name of node.outputs) if (values.has(name) && lastReading(name) > position) live.add(name);
    const [only = ""] = live;
    if (live.size === 1 && node.outputs.includes(only)) waists.push({ value: only, position });
  });
  return waists;
}
