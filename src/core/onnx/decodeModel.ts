import { UserError } from "../errors";
import type { Dimension, Graph, GraphNode, Initializer, MissingPart, NamedValue, ValueType } from "../graph/graph";
import { constantOf } from "./constantNode";
import { decodeAttributes } from "./decodeAttributes";
import { decodeTensor, type TensorOrigin } from "./decodeTensor";
import { elementTypeName, elementTypeOf } from "./elementTypes";
import { sortNodes } from "./sortNodes";
import type { RawNode } from "./upgrade/rawNode";
import { isUnderstood, upgradeNodes } from "./upgrade/upgradeNodes";
import { valueTypes } from "./valueTypes";
import { type ByteSource, byteSourceOf } from "./wire/byteSource";
import { decodeMessage } from "./wire/decodeMessage";
import {
  type GraphProto,
  type ModelProto,
  modelSchema,
  type NodeProto,
  type ValueInfoProto,
} from "./wire/onnxMessages";
import { WireError, WireReader } from "./wire/wireReader";

/** A model file in canonical form. */
export interface OnnxModel {
  readonly graph: Graph;
  /** Version of the standard operator set that the file was written for; the graph itself is canonical. */
  readonly opset: number;
  readonly irVersion: number;
  /** The exporter, e.g. "pytorch 2.13.0"; "" when the file does not say. */
  readonly producer: string;
}

const OLDEST_OPSET = 7;

/**
 * Reads an ONNX file: hostile until parsed, no weights copied. With `source.path` (absolute), weights above 64 KiB stay in
 * the file as `ExternalTensor`s and external data files beside it are understood; a {@link ByteSource} lets the engine decode
 * a file of any size by reading its structure only.
 * Nodes that are not supported, and what depends on them, are left out and listed in `graph.missing`.
 * @throws UserError when the bytes are no ONNX model, or nothing of it is supported.
 */
export function decodeModel(bytes: Uint8Array | ByteSource, source?: { readonly path: string }): OnnxModel {
  const byteSource = bytes instanceof Uint8Array ? byteSourceOf(bytes) : bytes;
  const label = source ? `"${source.path}"` : "The model";
  const proto = decodeProto(byteSource, label);
  const graphProto = proto.graph;
  if (!graphProto)
    throw new UserError(`${label} is not an ONNX model: it holds no graph; choose a file saved as .onnx.`);
  const opset = standardOpset(proto, label);
  const origin: TensorOrigin = { source: byteSource, path: source?.path, label };
  return {
    graph: decodeGraph(graphProto, opset, origin),
    opset,
    irVersion: proto.irVersion ?? 0,
    producer: [proto.producerName, proto.producerVersion].filter(Boolean).join(" "),
  };
}

function decodeProto(source: ByteSource, label: string): ModelProto {
  try {
    return decodeMessage(modelSchema, new WireReader(source));
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new UserError(
      `${label} is not a readable ONNX file: ${error.message}; it may be truncated or of another format, so copy or export it again.`,
      { cause: error },
    );
  }
}

function standardOpset(proto: ModelProto, label: string): number {
  const opset = proto.opsetImport.find(({ domain }) => isStandard(domain ?? ""))?.version;
  if (opset === undefined)
    throw new UserError(`${label} names no version of the standard operator set; export it again with opset 20.`);
  if (opset < OLDEST_OPSET)
    throw new UserError(`${label} has opset ${opset}, older than ${OLDEST_OPSET}; export it again with opset 20.`);
  return opset;
}

function isStandard(domain: string): boolean {
  return domain === "" || domain === "ai.onnx";
}

function decodeGraph(proto: GraphProto, opset: number, origin: TensorOrigin): Graph {
  if (proto.sparseInitializer.length > 0)
    throw new UserError(`${origin.label} has sparse weights, which are not supported; save it with dense ones.`);
  const initializers = new Map<string, Initializer>();
  for (const tensorProto of proto.initializer) {
    const name = tensorProto.name ?? "";
    initializers.set(name, decodeTensor(tensorProto, name, origin));
  }
  const nodes: RawNode[] = [];
  proto.node.forEach((nodeProto, index) => {
    const node = rawNode(nodeProto, index, origin);
    if (node.opType === "Constant" && node.domain === "") {
      const label = `node "${node.name}"`;
      initializers.set(node.outputs[0] ?? "", constantOf(nodeProto, label, origin));
    } else {
      // Attributes of other operators may be anything, even whole graphs.
      const attributes = isUnderstood(node) ? decodeAttributes(nodeProto, `node "${node.name}"`, origin) : {};
      nodes.push({ ...node, attributes });
    }
  });
  // Before IR version 4, initializers were listed among the inputs as well.
  const inputs = proto.input
    .filter(({ name }) => !initializers.has(name ?? ""))
    .map((input) => namedValue(input, origin.label));
  const declared = new Map(
    [...proto.valueInfo, ...proto.output].flatMap((info): [string, ValueType][] => {
      const type = valueType(info);
      return type ? [[info.name ?? "", type]] : [];
    }),
  );
  const sorted = sortNodes(nodes, [...inputs.map(({ name }) => name), ...initializers.keys()], origin.label);
  const { label } = origin;
  const upgraded = upgradeNodes({ nodes: sorted, inputs, initializers, declared, opset, label });
  const parts = { inputs, outputs: [], nodes: upgraded.nodes, initializers };
  const types = valueTypes(parts, declared);
  const outputs = proto.output.flatMap(({ name = "" }): NamedValue[] => {
    const type = types.get(name);
    if (type) return [{ name, ...type }];
    if (upgraded.missing.has(name)) return [];
    throw new UserError(`${label}: output "${name}" is computed by no node; export it again.`);
  });
  const graph = { ...parts, name: proto.name ?? "", outputs, types };
  return upgraded.missing.size === 0 ? graph : incomplete(graph, sorted, upgraded.missing);
}

/** A graph that is a part of its file. @throws UserError when there is nothing in it that could be an output */
function incomplete(graph: Graph, all: readonly RawNode[], reasonOf: MissingPart["reasonOf"]): Graph {
  const computed = new Set(graph.nodes.flatMap(({ outputs }: GraphNode) => outputs));
  const keepsOutput = graph.outputs.some(({ name, dtype }) => dtype.startsWith("float") && computed.has(name));
  if (keepsOutput) return { ...graph, missing: { reasonOf, keepsOutput } };
  const known = new Set(graph.outputs.map(({ name }) => name));
  const isLost = ({ outputs }: RawNode): boolean => outputs.some((name) => reasonOf.has(name));
  const ends = new Set(all.filter(isLost).flatMap(({ inputs }) => inputs.filter((name) => computed.has(name))));
  const outputs = [...ends].flatMap((name): NamedValue[] => {
    const type = known.has(name) ? undefined : graph.types.get(name);
    return type ? [{ name, ...type }] : [];
  });
  const [reason] = reasonOf.values();
  if (outputs.length === 0 && reason !== undefined) throw new UserError(reason);
  return { ...graph, outputs: [...graph.outputs, ...outputs], missing: { reasonOf, keepsOutput } };
}

function rawNode(proto: NodeProto, index: number, origin: TensorOrigin): Omit<RawNode, "attributes"> {
  const opType = proto.opType ?? "";
  const name = proto.name === undefined || proto.name === "" ? `${opType}_${index}` : proto.name;
  if (opType === "") throw new UserError(`${origin.label}: node "${name}" has no operator; export it again.`);
  const domain = isStandard(proto.domain ?? "") ? "" : (proto.domain ?? "");
  return { name, opType, domain, inputs: proto.input, outputs: proto.output };
}

function namedValue(info: ValueInfoProto, label: string): NamedValue {
  const type = valueType(info);
  if (type) return { name: info.name ?? "", ...type };
  const elementType = info.type?.tensorType?.elemType;
  const kind = elementType === undefined ? "no tensor" : `a tensor of ${elementTypeName(elementType)}`;
  throw new UserError(
    `${label}: input "${info.name ?? ""}" is ${kind}, which is not supported; export the model with plain tensors as inputs.`,
  );
}

function valueType(info: ValueInfoProto): ValueType | undefined {
  const tensorType = info.type?.tensorType;
  const dtype = elementTypeOf(tensorType?.elemType ?? 0);
  if (!tensorType || !dtype) return undefined;
  const shape = tensorType.shape?.dim.map(({ dimValue, dimParam }, axis): Dimension =>
    dimValue !== undefined && dimValue >= 0 && Number.isSafeInteger(dimValue)
      ? dimValue
      : dimParam === undefined || dimParam === ""
        ? `${info.name ?? ""}_${axis}`
        : dimParam,
  );
  return { dtype, shape };
}
