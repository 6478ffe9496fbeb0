import { UserError } from "../../errors";
import type { Graph, GraphNode, Initializer, NamedValue } from "../../graph/graph";
import { bytesPerElement, sizeOf } from "../../graph/tensor";
import type { OnnxModel } from "../decodeModel";
import type { HiddenState } from "../hiddenStates";
import { hiddenStatesOf } from "../hiddenStates";
import { DataFlow } from "../structure/dataFlow";
import { sampleGraph } from "../structure/sampleShapes";
import type { ModelReport, ModelWarning, ReportedBlock, ReportedInput, ReportedState } from "./modelReport";
import { nodeFlops } from "./nodeFlops";
import type { GraphPart } from "./partition";
import { partition } from "./partition";
import type { Sampled } from "./tappableValues";
import { batchSizeOf, itemShapeIn, tappableValues } from "./tappableValues";

export interface ReportOptions {
  /** Sizes of free axes by name; others are chosen so that the graph accepts them. */
  readonly sizes?: Readonly<Record<string, number>> | undefined;
  /** List all values that can be tapped, not only the hidden states. */
  readonly values?: boolean | undefined;
}

/**
 * Describes a decoded model.
 * @throws UserError when sizes were given that the graph does not accept
 */
export function reportModel(model: OnnxModel, { sizes, values: isListed = false }: ReportOptions = {}): ModelReport {
  const { graph, opset, producer } = model;
  const warnings = missingParts(graph);
  const sampled = sampledOrWarning(graph, sizes, warnings);
  const states = sampled ? hiddenStatesOf(sampled.sample, sampled.flow) : [];
  const parts = partition(
    graph,
    states.map(({ value }) => value),
  );
  const owners = new Map(parts.flatMap(({ nodes }, index) => nodes.map((node): [GraphNode, number] => [node, index])));
  const values = isListed ? tappableValues(graph, (node) => owners.get(node) ?? 0, sampled) : undefined;
  const blocks = reportBlocks(graph, parts, sampled);
  const weights = [...graph.initializers.values()];
  return {
    inputs: graph.inputs.map(reportInput),
    outputs: graph.missing?.keepsOutput === false ? [] : graph.outputs.map(reportInput),
    hiddenStates: sampled ? states.map((state) => reportState(state, sampled)) : [],
    blocks,
    ...(values && { values: values.listed, valueCount: values.count }),
    axes: sampled?.sample.axes ?? [],
    warnings,
    opset,
    producer,
    parameters: weights.reduce((sum, weight) => sum + parametersOf(weight), 0),
    weightBytes: weights.reduce((sum, { dtype, shape }) => sum + sizeOf(shape) * bytesPerElement(dtype), 0),
  };
}

/** More than these nodes that are not supported are not listed. */
const MAX_MISSING = 5;

function missingParts({ missing }: Graph): ModelWarning[] {
  const reasons = new Set(missing?.reasonOf.values() ?? []);
  return [...reasons].slice(0, MAX_MISSING).map((message) => ({ kind: "operators", message }));
}

/** A graph that accepts none of the sizes tried can still be described; sizes that the user asked for are not replaced. */
function sampledOrWarning(
  graph: Graph,
  sizes: Readonly<Record<string, number>> | undefined,
  warnings: ModelWarning[],
): Sampled | undefined {
  try {
    const sample = sampleGraph(graph, sizes);
    return { sample, flow: new DataFlow(sample.graph) };
  } catch (error) {
    if (!(error instanceof UserError) || sizes !== undefined) throw error;
    warnings.push({ kind: "shapes", message: error.message });
    return undefined;
  }
}

function reportInput({ name, dtype, shape }: NamedValue): ReportedInput {
  return { name, dtype, shape: shape ?? [] };
}

function reportState({ index, value, shape, layout, foundBy }: HiddenState, sampled: Sampled): ReportedState {
  const itemShape = itemShapeIn(sampled, value);
  const isGrid = layout === "grid" || layout === "channels-last-grid";
  const width = (isGrid ? itemShape?.[0] : itemShape?.at(-1)) ?? sampled.flow.shape(value).at(-1) ?? 0;
  return { index, value, shape, layout, width, foundBy, itemShape };
}

/** A weight belongs to the first block that reads it, and one that none reads to the last. */
function reportBlocks(graph: Graph, parts: readonly GraphPart[], sampled: Sampled | undefined): ReportedBlock[] {
  const unclaimed = new Map(graph.initializers);
  const fixed = sampled && new Map(sampled.sample.graph.nodes.map((node) => [node.name, node]));
  const batchSize = sampled ? batchSizeOf(sampled.sample) : 1;
  const blocks = parts.map(({ kind, hiddenState, nodes }): ReportedBlock => {
    const operators = new Map<string, number>();
    let parameters = 0;
    let flops = 0;
    for (const node of nodes) {
      operators.set(node.opType, (operators.get(node.opType) ?? 0) + 1);
      for (const name of node.inputs) {
        const weight = unclaimed.get(name);
        if (weight && unclaimed.delete(name)) parameters += parametersOf(weight);
      }
      const kept = fixed?.get(node.name);
      if (kept && sampled) flops += nodeFlops(kept, sampled.sample.graph) / batchSize;
    }
    return {
      kind,
      hiddenState,
      nodes: nodes.length,
      operators: [...operators].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)),
      parameters,
      flops: sampled && flops,
    };
  });
  const last = blocks.at(-1);
  const unread = [...unclaimed.values()].reduce((sum, weight) => sum + parametersOf(weight), 0);
  if (last) blocks[blocks.length - 1] = { ...last, parameters: last.parameters + unread };
  return blocks;
}

function parametersOf({ dtype, shape }: Initializer): number {
  return dtype.startsWith("float") ? sizeOf(shape) : 0;
}
