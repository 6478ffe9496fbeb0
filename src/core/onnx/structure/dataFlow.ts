import type { Graph, GraphNode } from "../../graph/graph";
import type { DataType } from "../../graph/tensor";

const floatTypes: ReadonlySet<DataType> = new Set(["float32", "float16", "float64"]);

/** More candidates than any backbone has; keeps hostile graphs cheap. */
const MAX_SOURCES = 16;
const MAX_SINKS = 16;

export interface Source {
  readonly value: string;
  /** Looked up by token ids, rather than fed as numbers. */
  readonly isEmbedding: boolean;
}

/**
 * Who computes and who reads each floating-point value. Integer and boolean values (ids, masks, shapes) carry no features,
 * so the way of the data leaves them out.
 */
export class DataFlow {
  readonly producers = new Map<string, number>();
  readonly #floats = new Set<string>();
  #readers: ReadonlyMap<string, readonly GraphNode[]> | undefined;

  constructor(readonly graph: Graph) {
    graph.nodes.forEach((node, index) => {
      for (const name of node.outputs) this.producers.set(name, index);
    });
    for (const [name, { dtype }] of graph.types) if (floatTypes.has(dtype)) this.#floats.add(name);
  }

  isFloat(name: string): boolean {
    return this.#floats.has(name);
  }

  /** Shape of a value of a fully static graph. */
  shape(name: string): readonly number[] {
    return (this.graph.types.get(name)?.shape ?? []) as readonly number[];
  }

  rank(name: string): number {
    return this.shape(name).length;
  }

  producer(value: string): GraphNode | undefined {
    return this.graph.nodes[this.producers.get(value) ?? -1];
  }

  readersOf(value: string): readonly GraphNode[] {
    this.#readers ??= readersByValue(this.graph);
    return this.#readers.get(value) ?? [];
  }

  /**
   * Where features enter: floating-point inputs, and embeddings looked up by ids that depend on an input (on `onlyInput` if
   * given).
   */
  sources(onlyInput?: string): Source[] {
    const inputs = this.graph.inputs.map(({ name }) => name).filter((name) => (onlyInput ?? name) === name);
    const dynamic = new Set(inputs);
    const found: Source[] = inputs.filter((name) => this.isFloat(name)).map((value) => ({ value, isEmbedding: false }));
    for (const node of this.graph.nodes) {
      if (!node.inputs.some((name) => dynamic.has(name))) continue;
      for (const name of node.outputs) dynamic.add(name);
      const [value] = node.outputs;
      if (isLookup(node, dynamic) && value !== undefined) found.push({ value, isEmbedding: true });
    }
    return found.slice(0, MAX_SOURCES);
  }

  /** Floating-point outputs, the deepest first. */
  sinks(): string[] {
    return this.graph.outputs
      .map(({ name }) => name)
      .filter((name) => this.isFloat(name) && this.producers.has(name))
      .sort((a, b) => (this.producers.get(b) ?? 0) - (this.producers.get(a) ?? 0))
      .slice(0, MAX_SINKS);
  }
}

function readersByValue({ nodes }: Graph): Map<string, GraphNode[]> {
  const readers = new Map<string, GraphNode[]>();
  for (const node of nodes)
    for (const name of new Set(node.inputs)) {
      const list = readers.get(name);
      if (list) list.push(node);
      else readers.set(name, [node]);
    }
  return readers;
}

/** A table that depends on no input, read at places that do. */
function isLookup({ opType, inputs: [table = "", ids = ""] }: GraphNode, dynamic: ReadonlySet<string>): boolean {
  return (opType === "Gather" || opType === "GatherND") && !dynamic.has(table) && dynamic.has(ids);
}
