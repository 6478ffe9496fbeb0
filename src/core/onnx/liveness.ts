import type { Graph, GraphNode } from "../graph/graph";
import type { OpType } from "../graph/opType";
import { bytesPerElement, sizeOf } from "../graph/tensor";

/** What memory is spent on. */
export const memoryKinds = ["weights", "activations", "gradients", "optimizerState", "workspace", "data"] as const;
export type MemoryKind = (typeof memoryKinds)[number];

export interface MemoryLedger {
  /** The most that is held at one time. */
  readonly peakBytes: number;
  /** The same by kind; its sum is `peakBytes`. */
  readonly bytesByKind: Readonly<Record<MemoryKind, number>>;
  /** The node during which the peak occurs; undefined when inputs and weights alone make it. */
  readonly peakNode: string | undefined;
}

/** Says what the memory of a value counts as. `node` computes it; undefined for inputs and weights. */
export type MemoryClassifier = (value: string, node: GraphNode | undefined) => MemoryKind;

/** Their output is another view of their first input. */
const viewOps: ReadonlySet<OpType> = new Set(["Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze"]);

/** May write their output over an input of the same size that nothing reads any more. */
const inPlaceOps: ReadonlySet<OpType> = new Set([
  ...([
    "Abs",
    "Neg",
    "Exp",
    "Log",
    "Sqrt",
    "Reciprocal",
    "Sin",
    "Cos",
    "Erf",
    "Floor",
    "Ceil",
    "Round",
    "Sign",
  ] as const),
  ...(["Not", "Relu", "LeakyRelu", "Elu", "Softplus", "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "Clip"] as const),
  ...(["Add", "Sub", "Mul", "Div", "Min", "Max", "Softmax", "LogSoftmax", "BatchNormalization"] as const),
]);

/**
 * Predicts the memory that running a graph takes, by following which values are alive at each of its nodes.
 *
 * Assumptions, those of ONNX Runtime's sequential executor without memory arena:
 * - nodes run in the order of the graph; a value is freed after the last node that reads it;
 * - inputs, weights and outputs are alive from beginning to end, since the caller holds them (of training state, what is fed
 *   and what comes out are two buffers unless `overwritten` says otherwise); an output that is a mere Identity of an inner
 *   value costs nothing more;
 * - a view (Reshape, Squeeze, Identity …) takes no memory of its own;
 * - an element-wise operator writes over its first suitable input when that dies there and has the same size in bytes;
 * - operators have no scratch memory (convolutions of the CPU provider work on blocked layouts directly);
 * - fusions and packed copies of weights are not counted.
 *
 * @param graph fully static (see `specialize`)
 * @param overwritten outputs that are written over an input of the same size: input by output name
 * @throws Error when a value has no static shape
 */
export function predictMemory(
  graph: Graph,
  classify: MemoryClassifier,
  overwritten: ReadonlyMap<string, string> = new Map(),
): MemoryLedger {
  return new LivenessAnalysis(graph, classify, overwritten).run();
}

interface Allocation {
  readonly bytes: number;
  readonly kind: MemoryKind;
  /** Values that lie in it and are still to be read. */
  users: number;
  /** Held by the caller: never freed nor written over. */
  readonly isPinned: boolean;
}

class LivenessAnalysis {
  readonly #allocations = new Map<string, Allocation>();
  readonly #lastReader = new Map<string, number>();
  readonly #isOutput: ReadonlySet<string>;
  /** Inner values that an Identity makes an output, so that they are computed straight into its memory. */
  readonly #outputOf: ReadonlyMap<string, string>;
  readonly #alive = Object.fromEntries(memoryKinds.map((kind) => [kind, 0])) as Record<MemoryKind, number>;
  #total = 0;
  #peak: MemoryLedger;

  constructor(
    readonly graph: Graph,
    readonly classify: MemoryClassifier,
    readonly overwritten: ReadonlyMap<string, string>,
  ) {
    this.#isOutput = new Set(graph.outputs.map(({ name }) => name));
    graph.nodes.forEach((node, index) => {
      for (const name of node.inputs) this.#lastReader.set(name, index);
    });
    this.#outputOf = this.#innerOutputs();
    this.#peak = this.#snapshot(undefined);
  }

  run(): MemoryLedger {
    const given = [...this.graph.inputs.map(({ name }) => name), ...this.graph.initializers.keys()];
    for (const name of given) this.#allocate(name, undefined, true);
    for (const node of this.graph.nodes)
      for (const name of node.outputs) if (this.#isOutput.has(name)) this.#allocateOutput(name, node);
    this.#record(undefined);
    this.graph.nodes.forEach((node, index) => this.#execute(node, index));
    return this.#peak;
  }

  #execute(node: GraphNode, index: number): void {
    for (const [position, name] of node.outputs.entries()) {
      if (name === "" || this.#isOutput.has(name) || !this.#lastReader.has(name)) continue;
      const reused = position === 0 ? this.#reusable(node, index, name) : undefined;
      if (reused) {
        reused.users++;
        this.#allocations.set(name, reused);
      } else this.#allocate(name, node, false);
    }
    this.#record(node.name);
    for (const name of new Set(node.inputs)) if (this.#lastReader.get(name) === index) this.#release(name);
  }

  /** The memory of an input that output `name` may take over. */
  #reusable(node: GraphNode, index: number, name: string): Allocation | undefined {
    const output = this.#outputOf.get(name);
    if (output !== undefined) return this.#allocations.get(output);
    if (viewOps.has(node.opType)) return this.#allocations.get(node.inputs[0] ?? "");
    if (!inPlaceOps.has(node.opType)) return undefined;
    const bytes = this.#bytesOf(name);
    return node.inputs
      .filter((input) => this.#lastReader.get(input) === index)
      .map((input) => this.#allocations.get(input))
      .find((allocation) => allocation?.users === 1 && !allocation.isPinned && allocation.bytes === bytes);
  }

  #innerOutputs(): Map<string, string> {
    const computed = new Set(this.graph.nodes.flatMap((node) => node.outputs));
    const inner = new Map<string, string>();
    for (const {
      opType,
      inputs: [input = ""],
      outputs: [output = ""],
    } of this.graph.nodes) {
      const isNamed = opType === "Identity" && this.#isOutput.has(output);
      if (isNamed && computed.has(input) && !this.#isOutput.has(input) && !inner.has(input)) inner.set(input, output);
    }
    return inner;
  }

  #allocateOutput(name: string, node: GraphNode): void {
    const input = this.#allocations.get(this.overwritten.get(name) ?? "");
    if (input) this.#allocations.set(name, input);
    else this.#allocate(name, node, true);
  }

  #allocate(name: string, node: GraphNode | undefined, isPinned: boolean): void {
    const allocation = { bytes: this.#bytesOf(name), kind: this.classify(name, node), users: 1, isPinned };
    this.#allocations.set(name, allocation);
    this.#alive[allocation.kind] += allocation.bytes;
    this.#total += allocation.bytes;
  }

  #release(name: string): void {
    const allocation = this.#allocations.get(name);
    if (!allocation) return;
    allocation.users--;
    if (allocation.users > 0 || allocation.isPinned) return;
    this.#alive[allocation.kind] -= allocation.bytes;
    this.#total -= allocation.bytes;
  }

  #bytesOf(name: string): number {
    const type = this.graph.types.get(name);
    if (!type?.shape?.every((size) => typeof size === "number"))
      throw new Error(`predictMemory: value "${name}" has no static shape.`);
    return sizeOf(type.shape) * bytesPerElement(type.dtype);
  }

  #record(node: string | undefined): void {
    if (this.#total > this.#peak.peakBytes) this.#peak = this.#snapshot(node);
  }

  #snapshot(peakNode: string | undefined): MemoryLedger {
    return { peakBytes: this.#total, bytesByKind: { ...this.#alive }, peakNode };
  }
}
