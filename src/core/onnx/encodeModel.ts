import { UserError } from "../errors";
import type { Attribute, Graph, GraphNode, Initializer, NamedValue } from "../graph/graph";
import { CANONICAL_OPSET, isExternal } from "../graph/graph";
import type { DataType, Tensor } from "../graph/tensor";
import { bytesOf } from "../graph/tensor";
import { dataTypeAttributes } from "./decodeAttributes";
import { elementTypeNumber } from "./elementTypes";
import { encodeMessage } from "./wire/encodeMessage";
import type { AttributeProto, NodeProto, TensorProto, ValueInfoProto } from "./wire/onnxMessages";
import { modelSchema } from "./wire/onnxMessages";

/** IR version 9 belongs to opset 20. */
const IR_VERSION = 9;
const EXTERNAL = 1;

export interface EncodeOptions {
  /**
   * Absolute folder to which the locations of external weights are relative; by default {@link externalFolder} of the graph.
   */
  readonly externalFolder?: string;
}

/**
 * Writes a graph as an ONNX model. The bytes are deterministic: equal graphs give equal files. Weights that lie in files stay
 * there and are referred to by their path relative to `externalFolder`.
 *
 * How ONNX Runtime (1.30, tried in Node) opens such bytes: passed in memory, with the session option
 * `extra: { "session.model_external_initializers_file_folder_path": folder }`, locations may lead into folders below it, any
 * byte offset will do, and the weights are mapped, not read. Without the option, or with a symbolic link that leads out of
 * the folder, the session is refused; so paths have to be real ones (`readModelFile` sees to it). The option `externalData`
 * takes whole files as buffers instead, and a model written beside its weights needs neither.
 *
 * @throws UserError when external weights lie outside that folder, or the rest exceeds protobuf's 2 GiB.
 */
export function encodeModel(graph: Graph, options: EncodeOptions = {}): Uint8Array {
  const folder = options.externalFolder ?? externalFolder(graph) ?? "";
  const domains = new Set(graph.nodes.map((node) => node.domain).filter((domain) => domain !== ""));
  const resident = [...graph.initializers.values()].filter((initializer) => !isExternal(initializer));
  const payload = resident.reduce(
    (sum, initializer) => sum + ("data" in initializer ? initializer.data.byteLength : 0),
    0,
  );
  const message = {
    irVersion: IR_VERSION,
    producerName: "unipt-lab",
    graph: {
      node: graph.nodes.map(nodeProto),
      name: graph.name === "" ? "graph" : graph.name,
      initializer: [...graph.initializers].map(([name, initializer]) => initializerProto(name, initializer, folder)),
      input: graph.inputs.map(valueProto),
      output: graph.outputs.map(valueProto),
      valueInfo: [],
      sparseInitializer: [],
    },
    opsetImport: [
      { domain: "", version: CANONICAL_OPSET },
      ...[...domains].sort().map((domain) => ({ domain, version: 1 })),
    ],
    functions: [],
  };
  try {
    return encodeMessage(modelSchema, message, payload);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(
      `The model "${graph.name}" is too large for one file: ${error.message} Keep its weights in external data files.`,
      { cause: error },
    );
  }
}

/** The deepest folder that holds every file with external weights; undefined when the graph has none. */
export function externalFolder(graph: Graph): string | undefined {
  let common: readonly string[] | undefined;
  for (const initializer of graph.initializers.values()) {
    if (!isExternal(initializer)) continue;
    const folders = parts(initializer.location.path).slice(0, -1);
    const limit = common ?? folders;
    const differing = limit.findIndex((part, index) => part !== folders[index]);
    common = differing < 0 ? limit : limit.slice(0, differing);
  }
  return common && (common.length === 1 && common[0] === "" ? "/" : common.join("/"));
}

function parts(path: string): string[] {
  return path.replaceAll("\\", "/").split("/");
}

function relativeLocation(path: string, folder: string): string {
  const inside = parts(path);
  const outside = parts(folder).filter((part, index) => part !== "" || index === 0);
  if (inside.length <= outside.length || outside.some((part, index) => part !== inside[index]))
    throw new UserError(
      `The weights in "${path}" lie outside the folder "${folder}"; keep all backbones in one folder.`,
    );
  return inside.slice(outside.length).join("/");
}

function initializerProto(name: string, initializer: Initializer, folder: string): TensorProto {
  if (!isExternal(initializer)) return tensorProto(initializer, name);
  const { path, offset, length } = initializer.location;
  const entries = { location: relativeLocation(path, folder), offset, length };
  return {
    ...tensorHeader(initializer.dtype, initializer.shape, name),
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value: String(value) })),
    dataLocation: EXTERNAL,
  };
}

function tensorProto(tensor: Tensor, name: string): TensorProto {
  return { ...tensorHeader(tensor.dtype, tensor.shape, name), rawData: bytesOf(tensor) };
}

function tensorHeader(dtype: DataType, shape: readonly number[], name: string): TensorProto {
  return {
    dims: [...shape],
    dataType: elementTypeNumber(dtype),
    name,
    floatData: [],
    int32Data: [],
    stringData: [],
    int64Data: [],
    doubleData: [],
    uint64Data: [],
    externalData: [],
  };
}

function nodeProto(node: GraphNode): NodeProto {
  return {
    input: [...node.inputs],
    output: [...node.outputs],
    name: node.name,
    opType: node.opType,
    domain: node.domain,
    attribute: Object.keys(node.attributes)
      .sort()
      .map((name) => attributeProto(name, canonicalAttribute(node, name))),
  };
}

/** Element types are names in our graphs, numbers in files. */
function canonicalAttribute(node: GraphNode, name: string): Attribute {
  const attribute = node.attributes[name] as Attribute;
  return attribute.kind === "string" && dataTypeAttributes[node.opType] === name
    ? { kind: "int", value: elementTypeNumber(attribute.value as DataType) }
    : attribute;
}

function attributeProto(name: string, attribute: Attribute): AttributeProto {
  const base = { name, floats: [], ints: [], strings: [] };
  switch (attribute.kind) {
    case "float":
      return { ...base, f: attribute.value, type: 1 };
    case "int":
      return { ...base, i: attribute.value, type: 2 };
    case "string":
      return { ...base, s: encodeText(attribute.value), type: 3 };
    case "tensor":
      return { ...base, t: tensorProto(attribute.value, ""), type: 4 };
    case "floats":
      return { ...base, floats: [...attribute.value], type: 6 };
    case "ints":
      return { ...base, ints: [...attribute.value], type: 7 };
    case "strings":
      return { ...base, strings: attribute.value.map(encodeText), type: 8 };
  }
}

function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function valueProto({ name, dtype, shape }: NamedValue): ValueInfoProto {
  const dim = shape?.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: elementTypeNumber(dtype), ...(dim && { shape: { dim } }) } } };
}
