import { elementsOf } from "./evaluation/elements";
import { evaluateNode } from "./evaluateNode";
import type { Executor, Feeds, Program } from "./executor";
import type { Graph } from "./graph";
import { isExternal } from "./graph";
import type { Tensor } from "./tensor";
import { fromData } from "./tensor";

export interface InterpretOptions {
  /**
   * Computes everything that is float32 in the graph in double precision, from the feeds to the outputs, so that central
   * differences of it are meaningful.
   */
  readonly floats?: "float64";
}

/** Weights of a graph in double precision, kept as long as the graph: gradient checks run one graph thousands of times. */
const promotedWeights = new WeakMap<Graph, ReadonlyMap<string, Tensor>>();

/**
 * Evaluates a graph node by node with the reference rules: slow, exact to rounding, on no other runtime.
 *
 * @returns the graph's outputs by name (float64 in place of float32 under `floats: "float64"`).
 * @throws Error when a feed is missing or a weight was left in its file.
 */
export function interpret(graph: Graph, feeds: Feeds, { floats }: InterpretOptions = {}): Record<string, Tensor> {
  const weights = floats ? doubleWeightsOf(graph) : weightsOf(graph);
  const values = new Map(weights);
  for (const { name } of graph.inputs) {
    const fed = feeds[name];
    // An input that is also an initializer may be left to its default.
    if (!fed && !values.has(name)) throw new Error(`interpret("${graph.name}"): input "${name}" is not fed.`);
    if (fed) values.set(name, floats ? promote(fed) : fed);
  }
  const valueOf = (name: string): Tensor => {
    const value = values.get(name);
    if (!value) throw new Error(`interpret("${graph.name}"): value "${name}" is used before it is computed.`);
    return value;
  };
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => (name === "" ? undefined : valueOf(name)));
    const outputs = evaluateNode(node, inputs, floats);
    for (const [index, name] of node.outputs.entries()) {
      const output = outputs[index];
      if (output && name !== "") values.set(name, output);
    }
  }
  return Object.fromEntries(graph.outputs.map(({ name }) => [name, valueOf(name)]));
}

function weightsOf(graph: Graph): ReadonlyMap<string, Tensor> {
  const weights = new Map<string, Tensor>();
  for (const [name, initializer] of graph.initializers) {
    if (isExternal(initializer)) throw new Error(`interpret("${graph.name}"): weight "${name}" was left in its file.`);
    weights.set(name, initializer);
  }
  return weights;
}

function doubleWeightsOf(graph: Graph): ReadonlyMap<string, Tensor> {
  const known = promotedWeights.get(graph);
  if (known) return known;
  const weights = new Map(Array.from(weightsOf(graph), ([name, value]) => [name, promote(value)] as const));
  promotedWeights.set(graph, weights);
  return weights;
}

function promote(value: Tensor): Tensor {
  return value.dtype === "float32" ? fromData("float64", value.shape, elementsOf(value)) : value;
}

/** The interpreter behind the interface that the native runtimes implement. */
export class ReferenceExecutor implements Executor {
  readonly device = "reference";

  constructor(private readonly options: InterpretOptions = {}) {}

  prepare(graph: Graph): Promise<Program> {
    return Promise.resolve({
      run: (feeds) => new Promise((resolve) => resolve(interpret(graph, feeds, this.options))),
      dispose: () => Promise.resolve(),
    });
  }
}
