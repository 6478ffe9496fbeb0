import type { Attribute } from "../../src/core/graph/graph";
import type { DataType, Shape, Tensor } from "../../src/core/graph/tensor";
import { bytesOf } from "../../src/core/graph/tensor";
import { elementTypeNumber } from "../../src/core/onnx/elementTypes";
import { encodeMessage } from "../../src/core/onnx/wire/encodeMessage";
import {
  type AttributeProto,
  modelSchema,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from "../../src/core/onnx/wire/onnxMessages";

export interface RawNodeSpec {
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly domain?: string;
}

export interface RawModelSpec {
  readonly opset: number;
  readonly nodes: readonly RawNodeSpec[];
  readonly inputs: Readonly<Record<string, { readonly dtype: DataType; readonly shape: Shape }>>;
  /** Names; ONNX Runtime infers their types. */
  readonly outputs: readonly string[];
  readonly initializers?: Readonly<Record<string, Tensor>>;
  readonly domains?: readonly string[];
}

/** The bytes of an ONNX file of any operator set, exactly as described: what exporters of the past wrote. */
export function rawModel(spec: RawModelSpec): Uint8Array {
  return encodeMessage(modelSchema, {
    irVersion: 8,
    opsetImport: [
      { domain: "", version: spec.opset },
      ...(spec.domains ?? []).map((domain) => ({ domain, version: 1 })),
    ],
    functions: [],
    graph: {
      name: "raw",
      node: spec.nodes.map(nodeProto),
      initializer: Object.entries(spec.initializers ?? {}).map(([name, value]) => tensorProto(name, value)),
      input: Object.entries(spec.inputs).map(([name, { dtype, shape }]): ValueInfoProto => {
        const dim = shape.map((dimValue) => ({ dimValue }));
        return { name, type: { tensorType: { elemType: elementTypeNumber(dtype), shape: { dim } } } };
      }),
      output: spec.outputs.map((name) => ({ name })),
      valueInfo: [],
      sparseInitializer: [],
    },
  });
}

export function tensorProto(name: string, value: Tensor): TensorProto {
  return {
    ...emptyTensor,
    name,
    dims: [...value.shape],
    dataType: elementTypeNumber(value.dtype),
    rawData: bytesOf(value),
  };
}

export const emptyTensor: TensorProto = {
  dims: [],
  floatData: [],
  int32Data: [],
  stringData: [],
  int64Data: [],
  doubleData: [],
  uint64Data: [],
  externalData: [],
};

function nodeProto({ opType, inputs, outputs, attributes = {}, domain = "" }: RawNodeSpec, index: number): NodeProto {
  return {
    name: `node${index}`,
    opType,
    domain,
    input: [...inputs],
    output: [...outputs],
    attribute: Object.entries(attributes).map(([name, attribute]) => attributeProto(name, attribute)),
  };
}

function attributeProto(name: string, attribute: Attribute): AttributeProto {
  const base: AttributeProto = { name, floats: [], ints: [], strings: [] };
  switch (attribute.kind) {
    case "float":
      return { ...base, f: attribute.value, type: 1 };
    case "int":
      return { ...base, i: attribute.value, type: 2 };
    case "string":
      return { ...base, s: new TextEncoder().encode(attribute.value), type: 3 };
    case "tensor":
      return { ...base, t: tensorProto("", attribute.value), type: 4 };
    case "floats":
      return { ...base, floats: [...attribute.value], type: 6 };
    case "ints":
      return { ...base, ints: [...attribute.value], type: 7 };
    case "strings":
      return { ...base, strings: attribute.value.map((text) => new TextEncoder().encode(text)), type: 8 };
  }
}
