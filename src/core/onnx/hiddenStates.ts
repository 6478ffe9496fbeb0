import type { Dimension, Graph } from "../graph/graph";
import { DataFlow } from "./structure/dataFlow";
import { finalNormAfter } from "./structure/finalNorm";
import { layoutOf, type HiddenStateLayout } from "./structure/layout";
import { type HiddenStateOrigin, residualStream, type StreamValue } from "./structure/residualStream";
import { sampleGraph, type Sample } from "./structure/sampleShapes";
import { symbolicShape } from "./structure/symbolicShape";
import { findTrunk, type Trunk } from "./structure/trunk";

/** One value of a backbone's residual stream. */
export interface HiddenState {
  /** 0 is the embedding output or stem, l the output of block or stage l. */
  readonly index: number;
  /** Name of the value in the graph (and in the file it was decoded from). */
  readonly value: string;
  /** Free axes keep names that say how they follow from the inputs' axes. */
  readonly shape: readonly Dimension[];
  readonly layout: HiddenStateLayout;
  readonly foundBy: HiddenStateOrigin;
  /** Names of the nodes of the block that ends with this value, in order; empty for index 0. */
  readonly block: readonly string[];
}

export interface HiddenStateOptions {
  /** Only consider features that enter through this input, in a file that holds several networks. */
  readonly input?: string;
}

/**
 * Finds the hidden states of a backbone by structure and shapes alone, low to high: of a transformer its embedding output and
 * the residual stream after every block, of a convolutional network its stem and every stage. These are what Hugging Face's
 * libraries return for `output_hidden_states=True` (in particular before the final norm of vision and contrastive encoders,
 * after that of language models).
 *
 * The way: from each source of features to each output, a value through which all data flow is a waist of the graph; a waist
 * computed by a sum of a shortcut and a branch ends part of a block. Where the parts of a block repeat gives the blocks.
 *
 * @param graph a decoded model; free axes are fixed at small sizes for the search.
 * @returns empty when the graph has no such stream.
 * @throws UserError when the graph accepts none of the input sizes that are tried.
 */
export function findHiddenStates(graph: Graph, options: HiddenStateOptions = {}): HiddenState[] {
  const sample = sampleGraph(graph);
  return hiddenStatesOf(sample, new DataFlow(sample.graph), options);
}

/** As {@link findHiddenStates}, for a graph whose sizes are fixed already. */
export function hiddenStatesOf(sample: Sample, flow: DataFlow, options: HiddenStateOptions = {}): HiddenState[] {
  const stream = richestStream(flow, options.input);
  return stream.map(({ value, foundBy, block }, index) => ({
    index,
    value,
    shape: symbolicShape(sample, value),
    layout: layoutOf(value, flow, batchAxis(sample, value)),
    foundBy,
    block: block.map(({ name }) => name),
  }));
}

function richestStream(flow: DataFlow, input: string | undefined): StreamValue[] {
  let best: StreamValue[] = [];
  for (const { value: source, isEmbedding } of flow.sources(input)) {
    for (const sink of flow.sinks()) {
      const trunk = findTrunk(flow, source, sink);
      const stream = trunk ? residualStream(trunk, flow) : [];
      if (trunk && stream.length > best.length && stream.every(({ value }) => [3, 4].includes(flow.rank(value))))
        best = isEmbedding ? withFinalNorm(stream, trunk, flow) : stream;
    }
  }
  return best;
}

/**
 * Language models hand out their last hidden state behind the final norm; contrastive text encoders, which project one vector
 * per text from it, in front of it, as vision encoders do.
 */
function withFinalNorm(stream: readonly StreamValue[], trunk: Trunk, flow: DataFlow): StreamValue[] {
  const last = stream.at(-1);
  const waist = trunk.waists.find(({ value }) => value === last?.value);
  const norm = waist && finalNormAfter(trunk, flow, waist);
  if (!last || !norm || !(norm.isRms || !hasTextEmbedding(flow))) return [...stream];
  const added = trunk.nodes.slice(waist.position + 1, norm.waist.position + 1);
  return [...stream.slice(0, -1), { value: norm.waist.value, foundBy: "final-norm", block: [...last.block, ...added] }];
}

/** One vector per text that is no pooler in BERT's manner (those end with tanh). */
function hasTextEmbedding(flow: DataFlow): boolean {
  return flow.sinks().some((sink) => flow.rank(sink) === 2 && flow.producer(sink)?.opType !== "Tanh");
}

/** The axis of `value` that counts samples: the one that follows the batch size where that is free. */
export function batchAxis({ graph, variations }: Sample, value: string): number {
  const shape = graph.types.get(value)?.shape ?? [];
  const batch = variations.find(({ role }) => role === "batch");
  const varied = batch?.graph.types.get(value)?.shape;
  if (varied) return shape.findIndex((size, axis) => size !== varied[axis]);
  const size = graph.inputs[0]?.shape?.[0];
  return shape[0] !== size && shape[1] === size ? 1 : 0;
}
