import { UserError } from "../../errors";
import type { Attributes, Dimension, Initializer } from "../../graph/graph";
import { isExternal } from "../../graph/graph";
import type { DataType, Tensor } from "../../graph/tensor";
import { tensor } from "../../graph/tensor";
import { isOpType } from "../../graph/opType";
import { int64Tensor } from "../int64Tensor";
import { outputDataType } from "../valueTypes";
import type { RawNode } from "./rawNode";

export interface ValueUsage {
  /** Values that depend on an input of the graph. */
  readonly dynamic: ReadonlySet<string>;
  /** Values that some node reads. */
  readonly read: ReadonlySet<string>;
}

/** What is known of the file as a whole. */
export interface UpgradeFile {
  readonly opset: number;
  /** How error messages call it. */
  readonly label: string;
  readonly initializers: Map<string, Initializer>;
  readonly usedNames: Set<string>;
  /** Element type of every value computed so far. */
  readonly dtypes: Map<string, DataType>;
  readonly shapes: ReadonlyMap<string, readonly Dimension[]>;
  readonly usage: ValueUsage;
}

/**
 * What the rewriting of one node may ask and add: constants, fresh value names, and nodes in front of the rewritten one.
 * Names of values that the file has are never given away.
 */
export class UpgradeContext {
  #counter = 0;
  /** Nodes made by {@link op} since they were last taken. */
  #made: RawNode[] = [];

  constructor(private readonly file: UpgradeFile) {}

  get opset(): number {
    return this.file.opset;
  }

  get label(): string {
    return this.file.label;
  }

  /** Whether the value depends on an input of the graph, rather than on weights alone. */
  isDynamic(name: string | undefined): boolean {
    return this.file.usage.dynamic.has(name ?? "");
  }

  /** Whether a node of the file reads the value. */
  isRead(name: string): boolean {
    return this.file.usage.read.has(name);
  }

  /** Shape of a weight, or of a value for which the file declares it. */
  shape(name: string | undefined): readonly Dimension[] | undefined {
    return this.file.initializers.get(name ?? "")?.shape ?? this.file.shapes.get(name ?? "");
  }

  /** Element type of a value; float32 where the file's structure does not tell. */
  dtype(name: string | undefined): DataType {
    return this.file.initializers.get(name ?? "")?.dtype ?? this.file.dtypes.get(name ?? "") ?? "float32";
  }

  /** The value of a constant held in memory. */
  constantOf(name: string | undefined): Tensor | undefined {
    const initializer = this.file.initializers.get(name ?? "");
    return initializer && !isExternal(initializer) ? initializer : undefined;
  }

  constant(value: Tensor): string {
    const name = this.#fresh("constant");
    this.file.initializers.set(name, value);
    return name;
  }

  ints(values: readonly number[]): string {
    return this.constant(int64Tensor([values.length], values));
  }

  /** @throws UserError when values of this type cannot be such a number: the file applies an operator to what it does not take */
  scalar(value: number, dtype: DataType): string {
    if (!dtype.startsWith("float") && !Number.isSafeInteger(value))
      throw new UserError(
        `${this.label}: an operator that needs floating-point numbers is given ${dtype}; export the model again.`,
      );
    if (dtype !== "float16") return this.constant(tensor(dtype, [], [value]));
    return this.op("Cast", [this.scalar(value, "float32")], { to: { kind: "string", value: "float16" } });
  }

  /** Adds a node in front of the one being rewritten and returns its output. */
  op(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const output = this.#fresh(opType);
    this.add({ name: output, opType, domain: "", inputs, outputs: [output], attributes });
    return output;
  }

  /** Adds a node that computes a value of the file. */
  add(node: RawNode): void {
    this.#made.push(node);
    this.note(node);
  }

  /** Notes the element types that a node computes. */
  note(node: RawNode): void {
    if (!isOpType(node.opType)) return;
    const typed = { ...node, opType: node.opType };
    const inputTypes = node.inputs.map((name) => this.dtype(name));
    node.outputs.forEach((name, index) => this.file.dtypes.set(name, outputDataType(typed, index, inputTypes)));
  }

  /** The nodes added since the last call. */
  takeNodes(): readonly RawNode[] {
    const made = this.#made;
    this.#made = [];
    return made;
  }

  #fresh(stem: string): string {
    for (;;) {
      const name = `upgrade/${stem}_${this.#counter++}`;
      if (this.file.usedNames.has(name)) continue;
      this.file.usedNames.add(name);
      return name;
    }
  }
}

/** Rewrites a node: the result computes the same outputs under the same names; added nodes go through the context. */
export type UpgradeRule = (node: RawNode, context: UpgradeContext) => RawNode;

/** Applies to files whose operator set is older than `before` (to all when omitted). */
export interface Upgrade {
  readonly before?: number;
  readonly rule: UpgradeRule;
}
