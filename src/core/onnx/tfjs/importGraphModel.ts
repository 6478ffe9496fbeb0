import { UserError } from "../../errors";
import type { Graph, ValueType } from "../../graph/graph";
import type { Value } from "../../graph/graphBuilder";
import type { OpBuilder } from "../../graph/opBuilder";
import type { DataType, Shape } from "../../graph/tensor";
import { FoldingBuilder } from "./foldingBuilder";
import { ConversionContext } from "./rule";
import { conversionRules } from "./rules/conversionRules";
import type { TfjsModel, TfNode, TfReference } from "./tfjsModel";
import { parseReference } from "./tfjsModel";
import { asIs, LayoutConverter, type TfValue } from "./tfValue";

export interface TfjsImportOptions {
  readonly name: string;
  /** Inputs of the imported graph. Their shapes are fixed; batches of any size come from `symbolicBatch`. */
  readonly inputs: Readonly<Record<string, { readonly dtype: DataType; readonly shape: Shape }>>;
  /**
   * What stands in for nodes of the original, by their names: placeholders, or inner nodes where the graph is to be cut.
   * By default each input replaces the placeholder of its name.
   */
  readonly bind?: (
    g: OpBuilder,
    inputs: Readonly<Record<string, Value>>,
  ) => Readonly<Record<string, Value | undefined>>;
  /** Nodes to compute, by their original names; all that they do not need is left out. */
  readonly outputs: readonly string[];
  /** New names for some of the original nodes. */
  readonly names?: Readonly<Record<string, string>>;
}

/**
 * Translates a TensorFlow.js graph model. Values keep the names of the original nodes, so that taps can be looked up in the
 * original; feature maps are [B, C, H, W] as everywhere in ONNX.
 * @throws UserError naming the node when an operator has no translation
 */
export function importGraphModel(model: TfjsModel, options: TfjsImportOptions): Graph {
  return new GraphImport(model, options).run();
}

class GraphImport {
  readonly #g: FoldingBuilder;
  readonly #layouts: LayoutConverter;
  readonly #converted = new Map<string, readonly TfValue[]>();
  readonly #names = new Map<string, string>();

  constructor(
    readonly model: TfjsModel,
    readonly options: TfjsImportOptions,
  ) {
    this.#g = new FoldingBuilder(options.name);
    this.#layouts = new LayoutConverter(this.#g);
  }

  run(): Graph {
    const inputs: Record<string, Value> = {};
    for (const [name, { dtype, shape }] of Object.entries(this.options.inputs))
      inputs[name] = this.#g.input(name, dtype, shape);
    const bound = this.options.bind?.(this.#g, inputs) ?? inputs;
    for (const [name, value] of Object.entries(bound)) if (value) this.#converted.set(name, [asIs(value)]);

    const outputs = this.options.outputs.map(parseReference);
    for (const node of this.#inOrder(outputs)) this.#convert(node);
    for (const [index, reference] of outputs.entries()) {
      const { value, hasSpareRows } = this.#lookUp(reference);
      if (hasSpareRows)
        throw new UserError(`${this.model.source}: output "${reference.node}" has rows left out; pick a later node.`);
      this.#g.output(this.#names.get(value.name) ?? this.options.outputs[index] ?? "", value);
    }
    return withNames(this.#g.build(), this.#names);
  }

  #convert(node: TfNode): void {
    const inputs = node.inputs.map((reference) => this.#lookUp(reference));
    const rule = conversionRules.get(node.op);
    if (!rule)
      throw new UserError(
        `${this.model.source}: node "${node.name}" uses the operator ${node.op}, which is not supported; ` +
          "choose outputs that do not need it, or export the model to ONNX.",
      );
    const context = new ConversionContext(this.#g, node, inputs, this.#layouts, this.model.source);
    const results = this.#g.scoped(node.name, () => rule(context));
    const hasSpareRows = inputs.some((input) => input.hasSpareRows) && node.op !== "ScatterNd";
    const outputs = (Array.isArray(results) ? (results as readonly TfValue[]) : [results as TfValue]).map((output) => ({
      ...output,
      hasSpareRows: output.hasSpareRows ?? (hasSpareRows && this.#g.constantOf(output.value) === undefined),
    }));
    this.#converted.set(node.name, outputs);
    for (const [index, { value }] of outputs.entries())
      this.#name(value, index === 0 ? node.name : `${node.name}:${index}`);
  }

  /** Names a computed value after the first original node that produced it. */
  #name(value: Value, original: string): void {
    if (this.#g.producer(value) && !this.#names.has(value.name))
      this.#names.set(value.name, this.options.names?.[original] ?? original);
  }

  #lookUp({ node, index }: TfReference): TfValue {
    const outputs = this.#converted.get(node) ?? this.#constant(node);
    const output = outputs?.[index];
    if (!output) throw new UserError(`${this.model.source}: the graph has no value "${node}:${index}".`);
    return output;
  }

  /** Weights enter the graph under their own names when they are first used. */
  #constant(name: string): readonly TfValue[] | undefined {
    const weight = this.model.weights.get(name);
    if (!weight) return undefined;
    const outputs = [asIs(this.#g.initializer(name, weight))];
    this.#converted.set(name, outputs);
    return outputs;
  }

  /** The unconverted nodes that `targets` need, each after its inputs. Iterative, for graphs are deep. */
  #inOrder(targets: readonly TfReference[]): TfNode[] {
    const ordered: TfNode[] = [];
    const visited = new Set<string>();
    const stack = targets.map(({ node }) => ({ name: node, isReady: false })).reverse();
    for (let top = stack.pop(); top; top = stack.pop()) {
      const { name, isReady } = top;
      const node = this.model.nodes.get(name);
      if (isReady && node) ordered.push(node);
      if (isReady || visited.has(name)) continue;
      visited.add(name);
      if (this.#converted.has(name) || this.model.weights.has(name)) continue;
      if (!node) throw new UserError(`${this.model.source}: the graph has no node "${name}".`);
      stack.push({ name, isReady: true }, ...node.inputs.map((input) => ({ name: input.node, isReady: false })));
    }
    return ordered;
  }
}

/** Renames values (outputs have their names already). */
function withNames(graph: Graph, names: ReadonlyMap<string, string>): Graph {
  const renamed = (name: string): string => names.get(name) ?? name;
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(renamed),
      outputs: node.outputs.map(renamed),
    })),
    types: new Map([...graph.types].map(([name, type]): [string, ValueType] => [renamed(name), type])),
  };
}
