import { UserError } from "../errors";
import type { Attribute } from "../graph/graph";
import { decodeResidentTensor, type TensorOrigin } from "./decodeTensor";
import { elementTypeOf } from "./elementTypes";
import type { Payload } from "./wire/messageSchema";
import type { AttributeProto, NodeProto } from "./wire/onnxMessages";

/** Attributes that hold an element type: strings such as "float32" in our graphs, numbers in files. */
export const dataTypeAttributes: Readonly<Record<string, string>> = {
  Cast: "to",
  EyeLike: "dtype",
};

/** ONNX's AttributeProto.AttributeType. */
const kinds: ReadonlyMap<number, Attribute["kind"]> = new Map([
  [1, "float"],
  [2, "int"],
  [3, "string"],
  [4, "tensor"],
  [6, "floats"],
  [7, "ints"],
  [8, "strings"],
]);

/**
 * The attributes of a node.
 * @throws UserError for subgraphs, sparse tensors and element types that are not supported.
 */
export function decodeAttributes(node: NodeProto, label: string, origin: TensorOrigin): Record<string, Attribute> {
  const attributes: Record<string, Attribute> = {};
  for (const proto of node.attribute) {
    const name = proto.name ?? "";
    const attribute = decodeAttribute(proto, label, origin);
    attributes[name] =
      dataTypeAttributes[node.opType ?? ""] === name ? dataTypeAttribute(attribute, label, origin) : attribute;
  }
  return attributes;
}

function decodeAttribute(proto: AttributeProto, label: string, origin: TensorOrigin): Attribute {
  const name = proto.name ?? "";
  const kind = kinds.get(proto.type ?? 0) ?? guessKind(proto);
  switch (kind) {
    case "float":
      return { kind, value: proto.f ?? 0 };
    case "int":
      return { kind, value: proto.i ?? 0 };
    case "string":
      return { kind, value: proto.s ? text(proto.s, origin) : "" };
    case "floats":
      return { kind, value: proto.floats };
    case "ints":
      return { kind, value: proto.ints };
    case "strings":
      return { kind, value: proto.strings.map((value) => text(value, origin)) };
    case "tensor":
      if (proto.t) return { kind, value: decodeResidentTensor(proto.t, `${label}.${name}`, origin) };
      break;
    case undefined:
  }
  throw new UserError(
    `${origin.label}: attribute "${name}" of ${label} is of a kind that is not supported (a subgraph or sparse tensor); export the model without control flow.`,
  );
}

/** Files of IR version 1 carry no attribute types. */
function guessKind(proto: AttributeProto): Attribute["kind"] | undefined {
  if (proto.type !== undefined && proto.type !== 0) return undefined;
  if (proto.f !== undefined) return "float";
  if (proto.i !== undefined) return "int";
  if (proto.s !== undefined) return "string";
  if (proto.t !== undefined) return "tensor";
  if (proto.floats.length > 0) return "floats";
  if (proto.strings.length > 0) return "strings";
  return proto.g || proto.sparseTensor ? undefined : "ints";
}

function dataTypeAttribute(attribute: Attribute, label: string, origin: TensorOrigin): Attribute {
  const dtype = attribute.kind === "int" ? elementTypeOf(attribute.value) : undefined;
  if (!dtype)
    throw new UserError(
      `${origin.label}: ${label} asks for an element type that is not supported; export the model in float32 or float16.`,
    );
  return { kind: "string", value: dtype };
}

function text(payload: Payload, origin: TensorOrigin): string {
  const bytes = "offset" in payload ? origin.source.read(payload.offset, payload.length) : payload;
  return new TextDecoder().decode(bytes);
}
