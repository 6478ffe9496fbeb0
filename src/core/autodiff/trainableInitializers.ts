import type { Graph, Initializer, NamedValue } from "../graph/graph";
import { isFloat } from "./cotangent";

export interface TrainableGraph {
  /** The same network with the chosen weights as inputs of their old names. */
  readonly graph: Graph;
  /** What those inputs start from. */
  readonly trained: ReadonlyMap<string, Initializer>;
}

/**
 * Opens weights of a frozen network for training: each chosen float initializer becomes an input, so that its value lives
 * outside the graph and gradients can be taken with respect to it. Everything else stays a constant.
 */
export function trainableInitializers(
  graph: Graph,
  isTrained: (name: string, initializer: Initializer) => boolean,
): TrainableGraph {
  const trained = new Map<string, Initializer>();
  const frozen = new Map<string, Initializer>();
  for (const [name, initializer] of graph.initializers) {
    const isOpen = isFloat(initializer.dtype) && isTrained(name, initializer);
    (isOpen ? trained : frozen).set(name, initializer);
  }
  // files of old versions list their weights among the inputs as well
  const inputs = graph.inputs.filter(({ name }) => !trained.has(name));
  const opened = [...trained].map(([name, { dtype, shape }]): NamedValue => ({ name, dtype, shape }));
  return { graph: { ...graph, inputs: [...inputs, ...opened], initializers: frozen }, trained };
}
