import { UserError } from "../errors";
import { evaluateNode } from "./evaluateNode";
import type { Graph, GraphNode, Initializer, NamedValue } from "./graph";
import { isExternal } from "./graph";
import { removeDeadCode } from "./graphBuilder";
import { inferenceRules } from "./inference/inferenceRules";
import { isFloat } from "./inference/operands";
import { DataDependentShapeError, ShapeError, type StaticType } from "./inference/rule";
import type { OpType } from "./opType";
import type { Shape, Tensor } from "./tensor";
import { allocate, sizeOf } from "./tensor";

/** Values of at most this many elements are computed here when they are constant, to learn the shapes that they determine. */
const LARGEST_KNOWN_SIZE = 2 ** 20;

/** Constants of at most this many elements are stored; larger ones (masks repeated over a batch) stay computed by their node. */
const LARGEST_STORED_SIZE = 2 ** 16;

/** Float initializers with more elements than this are weights; shorter ones are scales, factors and bounds. */
const LARGEST_FLOAT_SETTING = 8;

/** Operators whose result follows from the shape of their input alone. */
const shapeOnly: ReadonlySet<OpType> = new Set<OpType>(["Shape", "Size", "EyeLike"]);

/**
 * Fixes the sizes of a decoded graph: gives every value a static type, computes what follows from constants and shapes (so an
 * exporter's shape arithmetic disappears) and removes what no output needs. Names of the remaining values do not change.
 *
 * Weights are never read nor folded, whether they lie in memory or in a file: each keeps its name and its place in the graph,
 * so that it can still be trained.
 *
 * @param inputShapes shapes of the inputs by name; an input that is left out has to have a static shape already.
 * @throws UserError when a shape does not fit its input, or a node's shape is not determined by the shapes of the inputs.
 */
export function specialize(graph: Graph, inputShapes: Readonly<Record<string, Shape>>): Graph {
  const inputs = graph.inputs.map((input) => fixedInput(input, inputShapes[input.name]));
  const stranger = Object.keys(inputShapes).find((name) => !graph.inputs.some((input) => input.name === name));
  if (stranger !== undefined)
    throw new UserError(
      `The model has no input "${stranger}"; its inputs are ${graph.inputs.map(({ name }) => `"${name}"`).join(", ")}.`,
    );

  const types = new Map<string, StaticType>(inputs.map(({ name, dtype, shape }) => [name, { dtype, shape }]));
  const constants = new Map<string, Tensor>();
  const initializers = new Map<string, Initializer>(graph.initializers);
  for (const [name, initializer] of graph.initializers) {
    types.set(name, { dtype: initializer.dtype, shape: initializer.shape });
    if (!isExternal(initializer)) constants.set(name, initializer);
  }
  const weights = new Set([...graph.initializers].flatMap(([name, value]) => (isWeight(value) ? [name] : [])));
  const isOutput = new Set(graph.outputs.map(({ name }) => name));

  const nodes: GraphNode[] = [];
  for (const node of graph.nodes) {
    const outputTypes = inferOutputs(graph, node, types, constants);
    for (const [index, name] of node.outputs.entries()) {
      const type = outputTypes[index];
      if (type && name !== "") types.set(name, type);
    }
    const values = isFoldable(node, outputTypes, constants, weights) ? computed(node, types, constants) : undefined;
    for (const [index, name] of node.outputs.entries()) {
      const value = values?.[index];
      if (value && name !== "") constants.set(name, value);
    }
    const isStored =
      values?.every(({ shape }) => sizeOf(shape) <= LARGEST_STORED_SIZE) === true &&
      !node.outputs.some((name) => isOutput.has(name));
    if (!isStored) nodes.push(node);
    else
      for (const [index, name] of node.outputs.entries()) {
        const value = values[index];
        if (value && name !== "") initializers.set(name, value);
      }
  }
  const outputs = graph.outputs.map(({ name }) => ({ name, ...typeOf(types, name) }));
  return removeDeadCode({ name: graph.name, inputs, outputs, nodes, initializers, types });
}

function fixedInput(input: NamedValue, given: Shape | undefined): NamedValue & StaticType {
  const { name, dtype, shape: declared } = input;
  const shape = given ?? declared;
  const described = declared ? `[${declared.join(", ")}]` : "of unknown rank";
  if (!shape?.every((size): size is number => typeof size === "number"))
    throw new UserError(`Input "${name}" of the model is ${described}; give the size of each of its axes.`);
  const fits =
    !declared ||
    (declared.length === shape.length &&
      declared.every((size, axis) => typeof size === "string" || size === shape[axis]));
  if (!fits)
    throw new UserError(
      `Input "${name}" of the model is ${described}; a tensor of [${shape.join(", ")}] does not fit.`,
    );
  return { name, dtype, shape };
}

/** Whether an initializer is something that a method may train, which is never folded into other constants. */
function isWeight({ dtype, shape }: Initializer): boolean {
  return isFloat(dtype) && sizeOf(shape) > LARGEST_FLOAT_SETTING;
}

function inferOutputs(
  graph: Graph,
  node: GraphNode,
  types: ReadonlyMap<string, StaticType>,
  constants: ReadonlyMap<string, Tensor>,
): readonly StaticType[] {
  const { opType, attributes, outputs } = node;
  const inputs = node.inputs.map((name) => (name === "" ? undefined : typeOf(types, name)));
  try {
    return inferenceRules[opType]({
      opType,
      inputs,
      attributes,
      outputCount: outputs.length,
      constant: (index) => constants.get(node.inputs[index] ?? ""),
    });
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const sizes = graph.inputs.map(({ name }) => `"${name}" [${typeOf(types, name).shape.join(", ")}]`).join(", ");
    const label = `Node "${node.name}" (${opType}) of the model`;
    throw new UserError(
      error instanceof DataDependentShapeError
        ? `${label} has a shape that depends on data: ${sentencePart(error)}, with inputs of ${sizes}; export the model with fixed input sizes, or without this operation.`
        : `${label} does not work with inputs of ${sizes}: ${sentencePart(error)}; choose other input sizes.`,
      { cause: error },
    );
  }
}

function sentencePart({ message }: Error): string {
  return message.replace(/\.$/, "");
}

function isFoldable(
  node: GraphNode,
  outputTypes: readonly StaticType[],
  constants: ReadonlyMap<string, Tensor>,
  weights: ReadonlySet<string>,
): boolean {
  if (outputTypes.some(({ shape }) => sizeOf(shape) > LARGEST_KNOWN_SIZE)) return false;
  if (shapeOnly.has(node.opType)) return true;
  return node.inputs.every((name) => name === "" || (constants.has(name) && !weights.has(name)));
}

function computed(
  node: GraphNode,
  types: ReadonlyMap<string, StaticType>,
  constants: ReadonlyMap<string, Tensor>,
): readonly Tensor[] {
  const inputs = node.inputs.map((name) =>
    name === "" ? undefined : (constants.get(name) ?? hollow(typeOf(types, name))),
  );
  try {
    return evaluateNode(node, inputs);
  } catch (error) {
    // An index or size that makes no sense: the file's mistake, which ONNX Runtime would report as well.
    if (!(error instanceof RangeError || error instanceof ShapeError)) throw error;
    throw new UserError(
      `Node "${node.name}" (${node.opType}) of the model cannot be computed: ${sentencePart(error)}; export the model again.`,
      { cause: error },
    );
  }
}

/** Stands for a value of which only the type matters. */
function hollow({ dtype, shape }: StaticType): Tensor {
  return { dtype, shape, data: allocate(dtype, 0) };
}

function typeOf(types: ReadonlyMap<string, StaticType>, name: string): StaticType {
  const type = types.get(name);
  if (!type) throw new Error(`specialize: value "${name}" is used before it is computed.`);
  return type;
}
