import type { OpType } from "./opType";
import type { DataType, Shape, Tensor } from "./tensor";

/** A size known when the graph was made, or the name of one that is not. */
export type Dimension = number | string;

export interface ValueType {
  readonly dtype: DataType;
  /** Undefined when even the rank is unknown. */
  readonly shape?: readonly Dimension[] | undefined;
}

export interface NamedValue extends ValueType {
  readonly name: string;
}

/** Weights that stay in the file they came from: composing a graph around a 500 MB backbone copies none of them. */
export interface ExternalTensor {
  readonly dtype: DataType;
  readonly shape: Shape;
  /** Absolute path of the file (the model itself, or its external-data file) and the byte range within it. */
  readonly location: { readonly path: string; readonly offset: number; readonly length: number };
}

export type Initializer = Tensor | ExternalTensor;

/** Integers are told from floats by `kind`, since JavaScript cannot: 1 and 1.0 encode differently. */
export type Attribute =
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "ints"; readonly value: readonly number[] }
  | { readonly kind: "floats"; readonly value: readonly number[] }
  | { readonly kind: "strings"; readonly value: readonly string[] }
  | { readonly kind: "tensor"; readonly value: Tensor };

export type Attributes = Readonly<Record<string, Attribute>>;

export interface GraphNode {
  /** Unique; builders prefix it with the scope in which the node was made, e.g. `unipt/interaction/MatMul_12`. */
  readonly name: string;
  readonly opType: OpType;
  /** "" for the standard operators. */
  readonly domain: string;
  /** Value names; "" stands for an omitted optional input. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** What a file holds beyond its graph, since operators in it are not supported. */
export interface MissingPart {
  /** For every value that is not computed, the sentence to say when it is asked for. */
  readonly reasonOf: ReadonlyMap<string, string>;
  /**
   * Whether the graph computes some floating-point output of the file. Where it computes none, its outputs are the values at
   * which it ends.
   */
  readonly keepsOutput: boolean;
}

/**
 * An ONNX graph in the one canonical operator set of this project ({@link CANONICAL_OPSET}).
 *
 * Invariants: nodes are in topological order, every value name is produced once (by a node, an input or an initializer),
 * `types` names every value of the graph.
 */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly NamedValue[];
  readonly outputs: readonly NamedValue[];
  readonly nodes: readonly GraphNode[];
  readonly initializers: ReadonlyMap<string, Initializer>;
  readonly types: ReadonlyMap<string, ValueType>;
  /** Absent where the graph is all of the file. */
  readonly missing?: MissingPart;
}

/** Operator set version of every {@link Graph}; older files are upgraded while they are decoded. */
export const CANONICAL_OPSET = 20;

export const int = (value: number): Attribute => ({ kind: "int", value });
export const float = (value: number): Attribute => ({ kind: "float", value });
export const string = (value: string): Attribute => ({ kind: "string", value });
export const ints = (value: readonly number[]): Attribute => ({ kind: "ints", value });

export function isExternal(initializer: Initializer): initializer is ExternalTensor {
  return "location" in initializer;
}

/** An integer attribute, or `fallback` when absent. */
export function intAttribute(attributes: Attributes, name: string, fallback: number): number {
  const attribute = attributes[name];
  return attribute?.kind === "int" ? attribute.value : fallback;
}

export function floatAttribute(attributes: Attributes, name: string, fallback: number): number {
  const attribute = attributes[name];
  return attribute?.kind === "float" ? attribute.value : fallback;
}

export function stringAttribute(attributes: Attributes, name: string, fallback: string): string {
  const attribute = attributes[name];
  return attribute?.kind === "string" ? attribute.value : fallback;
}

export function intsAttribute(attributes: Attributes, name: string): readonly number[] | undefined {
  const attribute = attributes[name];
  return attribute?.kind === "ints" ? attribute.value : undefined;
}
