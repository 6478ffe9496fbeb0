import type { Graph, GraphNode } from "../../graph/graph";
import type { Shape } from "../../graph/tensor";
import { batchAxisOf, itemShapeOf } from "../structure/batchAxis";
import type { DataFlow } from "../structure/dataFlow";
import { layoutOf } from "../structure/layout";
import type { Sample } from "../structure/sampleShapes";
import { symbolicShape } from "../structure/symbolicShape";
import type { ReportedValue } from "./modelReport";
import { reachable } from "./partition";

/** More are counted, but not listed: no backbone has so many, but a hostile file may. */
const MAX_VALUES = 100_000;

/** Where shapes are known. */
export interface Sampled {
  readonly sample: Sample;
  readonly flow: DataFlow;
}

export interface TappableValues {
  readonly listed: readonly ReportedValue[];
  readonly count: number;
}

/** Everything that could be named under `hiddenStates`: floating-point values that depend on an input and keep samples apart. */
export function tappableValues(
  graph: Graph,
  blockOf: (node: GraphNode) => number,
  sampled: Sampled | undefined,
): TappableValues {
  const isDynamic = reachable(
    graph,
    graph.inputs.map(({ name }) => name),
  );
  const listed: ReportedValue[] = [];
  let count = 0;
  for (const node of graph.nodes) {
    if (!isDynamic(node)) continue;
    for (const name of node.outputs) {
      const type = (sampled?.sample.graph ?? graph).types.get(name);
      if (name === "" || !type?.dtype.startsWith("float")) continue;
      const itemShape = sampled && itemShapeIn(sampled, name);
      if (sampled && !itemShape) continue;
      if (++count > MAX_VALUES) continue;
      const shape = sampled ? symbolicShape(sampled.sample, name) : (type.shape ?? []);
      listed.push({ name, dtype: type.dtype, shape, opType: node.opType, block: blockOf(node), itemShape });
    }
  }
  return { listed, count };
}

/** Shape of one item as it is kept; undefined for values without a batch axis. */
export function itemShapeIn({ sample, flow }: Sampled, name: string): Shape | undefined {
  // Constants have been folded away, and with them their producers.
  if (!flow.producers.has(name)) return undefined;
  const shape = flow.shape(name);
  const varied = sample.variations.find(({ role }) => role === "batch")?.graph.types.get(name)?.shape;
  const batchSize = batchSizeOf(sample);
  const axis = batchAxisOf(shape, varied as Shape | undefined, batchSize);
  if (axis === undefined) return undefined;
  const isChannelsLast = shape.length === 4 && layoutOf(name, flow, axis) === "channels-last-grid";
  return itemShapeOf(shape, axis, batchSize, isChannelsLast);
}

/** Samples that pass through the graph at its fixed sizes. */
export function batchSizeOf({ graph }: Sample): number {
  const size = graph.inputs[0]?.shape?.[0];
  return typeof size === "number" && size > 0 ? size : 1;
}
