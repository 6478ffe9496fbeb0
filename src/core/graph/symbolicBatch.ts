import type { Attributes, Dimension, Graph, GraphNode, Initializer, NamedValue, ValueType } from "./graph";
import { isExternal } from "./graph";
import type { Tensor } from "./tensor";
import { bytesOf, numbersOf, tensor } from "./tensor";

/** Two sizes that no model uses for anything else. */
const PROBES = [10_007, 10_009] as const;

/** Name of the batch axis in files. */
export const BATCH = "batch";

/**
 * A graph for batches of any size from a builder of graphs with fixed shapes: built twice, whatever differs is what depends
 * on the batch. Sizes become symbolic; in the target shapes of Reshape they become −1.
 * @throws Error when a batch size got into a weight or another constant; that is a mistake of the builder.
 */
export function symbolicBatch(build: (batchSize: number) => Graph): Graph {
  const [graph, other] = [build(PROBES[0]), build(PROBES[1])];
  if (graph.nodes.length !== other.nodes.length)
    throw new Error(`Graph "${graph.name}": its nodes depend on the batch size.`);
  const targets = new Set(graph.nodes.filter(({ opType }) => opType === "Reshape").map(({ inputs }) => inputs[1]));
  const initializers = new Map<string, Initializer>();
  for (const [name, value] of graph.initializers) {
    const counterpart = other.initializers.get(name);
    initializers.set(name, counterpart ? generalConstant(name, value, counterpart, targets.has(name)) : value);
  }
  graph.nodes.forEach((node, index) => checkSame(node, other.nodes[index]));
  const general = (value: NamedValue): NamedValue => ({ ...value, ...generalType(value, other.types.get(value.name)) });
  return {
    ...graph,
    inputs: graph.inputs.map(general),
    outputs: graph.outputs.map(general),
    initializers,
    types: new Map([...graph.types].map(([name, type]) => [name, generalType(type, other.types.get(name))])),
  };
}

function generalType(type: ValueType, other: ValueType | undefined): ValueType {
  return { dtype: type.dtype, shape: type.shape?.map((size, axis) => generalSize(size, other?.shape?.[axis])) };
}

/** `batch`, or e.g. `32*batch` for an axis that holds several elements per sample. */
function generalSize(size: Dimension, other: Dimension | undefined): Dimension {
  if (size === other || typeof size !== "number") return size;
  const perSample = size / PROBES[0];
  return perSample === 1 ? BATCH : `${perSample}*${BATCH}`;
}

function generalConstant(name: string, value: Initializer, other: Initializer, isTargetShape: boolean): Initializer {
  if (isExternal(value) || isExternal(other) || sameBytes(value, other)) return value;
  const [sizes, others] = [numbersOf(value), numbersOf(other)];
  const free = sizes.flatMap((size, axis) => (size === others[axis] ? [] : [axis]));
  if (!isTargetShape || free.length !== 1 || sizes.length !== others.length)
    throw new Error(`Constant "${name}" depends on the batch size.`);
  return tensor(
    value.dtype,
    value.shape,
    sizes.map((size, axis) => (axis === free[0] ? -1 : size)),
  );
}

function sameBytes(a: Tensor, b: Tensor): boolean {
  const [bytes, others] = [bytesOf(a), bytesOf(b)];
  return a === b || (bytes.length === others.length && bytes.every((byte, index) => byte === others[index]));
}

function checkSame(node: GraphNode, other: GraphNode | undefined): void {
  const isSame =
    other?.name === node.name && other.opType === node.opType && sameAttributes(node.attributes, other.attributes);
  if (!isSame) throw new Error(`Node "${node.name}" depends on the batch size.`);
}

function sameAttributes(a: Attributes, b: Attributes): boolean {
  return JSON.stringify(Object.entries(a), plainNumbers) === JSON.stringify(Object.entries(b), plainNumbers);
}

/** BigInts and typed arrays have no useful JSON of their own. */
function plainNumbers(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  return ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number | bigint>, String) : value;
}
