import type { Attributes, Graph, GraphNode, Initializer, NamedValue, ValueType } from "./graph";
import { isExternal } from "./graph";
import { inferenceRules } from "./inference/inferenceRules";
import type { StaticType } from "./inference/rule";
import type { OpType } from "./opType";
import type { DataType, Shape, Tensor } from "./tensor";
import { bytesOf, sizeOf, tensor } from "./tensor";

/** A value of a graph under construction. Shapes are always known, so that gradients need no shape arithmetic at run time. */
export interface Value {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: Shape;
}

/** Constants up to this many elements are shared when equal. */
const SHARED_CONSTANT_SIZE = 64;

/**
 * Builds a {@link Graph} node by node; every node's output types are inferred and checked at once, so a mistake fails where
 * it is made. Pure bookkeeping: the operators' own methods are in `OpBuilder`.
 */
export class GraphBuilder {
  readonly #inputs: NamedValue[] = [];
  readonly #outputs: { name: string; value: Value }[] = [];
  readonly #nodes: GraphNode[] = [];
  readonly #initializers = new Map<string, Initializer>();
  readonly #values = new Map<string, Value>();
  readonly #producers = new Map<string, GraphNode>();
  readonly #sharedConstants = new Map<string, Value>();
  #scope = "";
  #counter = 0;

  constructor(readonly name: string = "graph") {}

  /** Declares a graph input. */
  input(name: string, dtype: DataType, shape: Shape): Value {
    this.#inputs.push({ name, dtype, shape });
    return this.#define({ name, dtype, shape });
  }

  /** Adds a named constant, e.g. a frozen weight. */
  initializer(name: string, value: Initializer): Value {
    this.#initializers.set(name, value);
    return this.#define({ name, dtype: value.dtype, shape: value.shape });
  }

  /** Adds an unnamed constant; small equal ones are shared. */
  constant(value: Tensor): Value {
    const key =
      sizeOf(value.shape) <= SHARED_CONSTANT_SIZE
        ? `${value.dtype}|${value.shape.join()}|${bytesOf(value).join()}`
        : undefined;
    const shared = key === undefined ? undefined : this.#sharedConstants.get(key);
    if (shared) return shared;
    const made = this.initializer(this.#fresh("constant", false), value);
    if (key !== undefined) this.#sharedConstants.set(key, made);
    return made;
  }

  scalar(value: number, dtype: DataType = "float32"): Value {
    return this.constant(tensor(dtype, [], [value]));
  }

  /** A 1-D int64 constant: shapes, axes, pads. */
  ints(values: readonly number[]): Value {
    return this.constant(tensor("int64", [values.length], values));
  }

  /** Adds a node and returns its outputs. `undefined` inputs are omitted optional ones. */
  node(
    opType: OpType,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes = {},
    options: { readonly outputCount?: number; readonly domain?: string; readonly name?: string } = {},
  ): Value[] {
    const outputCount = options.outputCount ?? 1;
    const types = inferenceRules[opType]({
      opType,
      inputs,
      attributes,
      outputCount,
      constant: (index) => {
        const value = inputs[index];
        return value && this.constantOf(value);
      },
    });
    const name = options.name ?? this.#fresh(opType);
    const outputs = types
      .slice(0, outputCount)
      .map((type, index) => this.#define(typed(outputName(name, index), type)));
    const node: GraphNode = {
      name,
      opType,
      domain: options.domain ?? "",
      inputs: trimOmitted(inputs.map((value) => value?.name ?? "")),
      outputs: outputs.map((value) => value.name),
      attributes,
    };
    this.#nodes.push(node);
    for (const output of node.outputs) this.#producers.set(output, node);
    return outputs;
  }

  /** Adds a node of one output. */
  op(opType: OpType, inputs: readonly (Value | undefined)[], attributes: Attributes = {}): Value {
    return this.node(opType, inputs, attributes)[0] as Value;
  }

  /** Declares a graph output under a name of its own; in the finished graph a computed value takes that name. */
  output(name: string, value: Value): void {
    this.#outputs.push({ name, value });
  }

  /** Runs `body` with `scope/` in front of the names of the nodes it makes. */
  scoped<T>(scope: string, body: () => T): T {
    const outer = this.#scope;
    this.#scope = `${outer}${scope}/`;
    try {
      return body();
    } finally {
      this.#scope = outer;
    }
  }

  /** The value behind a constant; undefined for computed values, inputs and weights left in their file. */
  constantOf(value: Value): Tensor | undefined {
    const initializer = this.#initializers.get(value.name);
    return initializer && !isExternal(initializer) ? initializer : undefined;
  }

  value(name: string): Value | undefined {
    return this.#values.get(name);
  }

  /** The node that computes `value`; undefined for inputs and initializers. */
  producer(value: Value): GraphNode | undefined {
    return this.#producers.get(value.name);
  }

  get nodes(): readonly GraphNode[] {
    return this.#nodes;
  }

  /**
   * Copies `graph` into this one, its inputs bound to values of this builder. Nodes and weights keep their names under
   * `prefix`; returns the copied values by their old names.
   */
  inline(graph: Graph, bindings: Readonly<Record<string, Value>>, prefix: string): Map<string, Value> {
    const copied = new Map<string, Value>();
    for (const { name } of graph.inputs) {
      const bound = bindings[name];
      if (!bound) throw new Error(`inline("${graph.name}"): input "${name}" is not bound.`);
      copied.set(name, bound);
    }
    for (const [name, initializer] of graph.initializers)
      copied.set(name, this.initializer(`${prefix}/${name}`, initializer));
    for (const node of graph.nodes) {
      const inputs = node.inputs.map((name) => (name === "" ? undefined : copied.get(name)));
      const outputs = this.node(node.opType, inputs, node.attributes, {
        outputCount: node.outputs.length,
        domain: node.domain,
        name: `${prefix}/${node.name}`,
      });
      node.outputs.forEach((name, index) => {
        const output = outputs[index];
        if (name !== "" && output) copied.set(name, output);
      });
    }
    return copied;
  }

  /** The finished graph, without nodes and constants that no output needs. */
  build(): Graph {
    return this.#finish(this.#outputs);
  }

  /** A graph of its own that computes these values alone, as outputs of those names. */
  cut(values: Readonly<Record<string, Value>>): Graph {
    return this.#finish(Object.entries(values).map(([name, value]) => ({ name, value })));
  }

  #finish(wanted: readonly { readonly name: string; readonly value: Value }[]): Graph {
    // A computed value is renamed to its first output; a copy is made only of inputs, constants and further outputs.
    const renamed = new Map<string, string>();
    const copies: GraphNode[] = [];
    for (const { name, value } of wanted) {
      if (this.#producers.has(value.name) && !renamed.has(value.name)) renamed.set(value.name, name);
      else copies.push(copyNode(name, renamed.get(value.name) ?? value.name));
    }
    const final = (name: string): string => renamed.get(name) ?? name;
    const nodes = this.#nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(final),
      outputs: node.outputs.map(final),
    }));
    const outputs = wanted.map(({ name, value }): NamedValue => ({
      name,
      dtype: value.dtype,
      shape: value.shape,
    }));
    const types = new Map<string, ValueType>();
    for (const { name, dtype, shape } of this.#values.values()) types.set(final(name), { dtype, shape });
    for (const output of outputs) types.set(output.name, output);
    return removeDeadCode({
      name: this.name,
      inputs: this.#inputs,
      outputs,
      nodes: [...nodes, ...copies],
      initializers: this.#initializers,
      types,
    });
  }

  #define(value: Value): Value {
    if (this.#values.has(value.name))
      throw new Error(`Graph "${this.name}" already has a value named "${value.name}".`);
    this.#values.set(value.name, value);
    return value;
  }

  #fresh(stem: string, inScope = true): string {
    return `${inScope ? this.#scope : ""}${stem}_${this.#counter++}`;
  }
}

function copyNode(output: string, input: string): GraphNode {
  return {
    name: `output/${output}`,
    opType: "Identity",
    domain: "",
    inputs: [input],
    outputs: [output],
    attributes: {},
  };
}

function typed(name: string, { dtype, shape }: StaticType): Value {
  return { name, dtype, shape };
}

function outputName(node: string, index: number): string {
  return `${node}:${index}`;
}

function trimOmitted(inputs: readonly string[]): string[] {
  const last = inputs.findLastIndex((name) => name !== "");
  return inputs.slice(0, last + 1);
}

/** Keeps what the graph's outputs depend on. Inputs stay, used or not: they are the graph's signature. */
export function removeDeadCode(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map((output) => output.name));
  const nodes: GraphNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    nodes.push(node);
    for (const name of node.inputs) needed.add(name);
  }
  for (const { name } of graph.inputs) needed.add(name);
  const kept = nodes.toReversed();
  for (const node of kept) for (const name of node.outputs) needed.add(name);
  return {
    ...graph,
    nodes: kept,
    initializers: new Map([...graph.initializers].filter(([name]) => needed.has(name))),
    types: new Map([...graph.types].filter(([name]) => needed.has(name))),
  };
}
