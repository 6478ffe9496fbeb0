import type { Field, NumberRange, Payload, Schema, SchemaOf } from "./messageSchema";

/**
 * The messages of ONNX's interchange format that a neural network needs, by field number (onnx.proto, IR version 11).
 * Documentation strings, metadata, training information and device annotations are skipped.
 */
export interface ModelProto {
  irVersion?: number;
  producerName?: string;
  producerVersion?: string;
  graph?: GraphProto;
  opsetImport: OpsetProto[];
  functions: FunctionProto[];
}

export interface OpsetProto {
  domain?: string;
  version?: number;
}

/** Only enough of a model-local function to name it in an error. */
export interface FunctionProto {
  name?: string;
  domain?: string;
}

export interface GraphProto {
  node: NodeProto[];
  name?: string;
  initializer: TensorProto[];
  input: ValueInfoProto[];
  output: ValueInfoProto[];
  valueInfo: ValueInfoProto[];
  sparseInitializer: object[];
}

export interface NodeProto {
  input: string[];
  output: string[];
  name?: string;
  opType?: string;
  attribute: AttributeProto[];
  domain?: string;
}

export interface AttributeProto {
  name?: string;
  f?: number;
  i?: number;
  s?: Payload;
  t?: TensorProto;
  g?: object;
  floats: number[];
  ints: number[];
  strings: Payload[];
  type?: number;
  sparseTensor?: object;
}

export interface TensorProto {
  dims: number[];
  dataType?: number;
  floatData: NumberRange[];
  int32Data: NumberRange[];
  stringData: Payload[];
  int64Data: NumberRange[];
  name?: string;
  rawData?: Payload;
  doubleData: NumberRange[];
  uint64Data: NumberRange[];
  externalData: EntryProto[];
  dataLocation?: number;
}

export interface EntryProto {
  key?: string;
  value?: string;
}

export interface ValueInfoProto {
  name?: string;
  type?: TypeProto;
}

export interface TypeProto {
  tensorType?: TensorTypeProto;
}

export interface TensorTypeProto {
  elemType?: number;
  shape?: ShapeProto;
}

export interface ShapeProto {
  dim: DimensionProto[];
}

export interface DimensionProto {
  dimValue?: number;
  dimParam?: string;
}

const one = (number: number, kind: "int" | "float" | "string" | "bytes"): Field => ({ number, kind });
const many = (number: number, kind: "int" | "float" | "string" | "bytes"): Field => ({ number, kind, repeated: true });
const numbers = (number: number): Field => ({ number, kind: "numbers" });
const message = (number: number, schema: () => Schema): Field => ({ number, kind: "message", schema });
const messages = (number: number, schema: () => Schema): Field => ({
  number,
  kind: "message",
  repeated: true,
  schema,
});

const opaque: SchemaOf<object> = { name: "opaque", fields: {} };

const opsetSchema: SchemaOf<OpsetProto> = {
  name: "OperatorSetIdProto",
  fields: { domain: one(1, "string"), version: one(2, "int") },
};

const functionSchema: SchemaOf<FunctionProto> = {
  name: "FunctionProto",
  fields: { name: one(1, "string"), domain: one(10, "string") },
};

const entrySchema: SchemaOf<EntryProto> = {
  name: "StringStringEntryProto",
  fields: { key: one(1, "string"), value: one(2, "string") },
};

export const tensorSchema: SchemaOf<TensorProto> = {
  name: "TensorProto",
  fields: {
    dims: many(1, "int"),
    dataType: one(2, "int"),
    floatData: numbers(4),
    int32Data: numbers(5),
    stringData: many(6, "bytes"),
    int64Data: numbers(7),
    name: one(8, "string"),
    rawData: one(9, "bytes"),
    doubleData: numbers(10),
    uint64Data: numbers(11),
    externalData: messages(13, () => entrySchema),
    dataLocation: one(14, "int"),
  },
};

const attributeSchema: SchemaOf<AttributeProto> = {
  name: "AttributeProto",
  fields: {
    name: one(1, "string"),
    f: one(2, "float"),
    i: one(3, "int"),
    s: one(4, "bytes"),
    t: message(5, () => tensorSchema),
    g: message(6, () => opaque),
    floats: many(7, "float"),
    ints: many(8, "int"),
    strings: many(9, "bytes"),
    type: one(20, "int"),
    sparseTensor: message(22, () => opaque),
  },
};

const nodeSchema: SchemaOf<NodeProto> = {
  name: "NodeProto",
  fields: {
    input: many(1, "string"),
    output: many(2, "string"),
    name: one(3, "string"),
    opType: one(4, "string"),
    attribute: messages(5, () => attributeSchema),
    domain: one(7, "string"),
  },
};

const dimensionSchema: SchemaOf<DimensionProto> = {
  name: "TensorShapeProto.Dimension",
  fields: { dimValue: one(1, "int"), dimParam: one(2, "string") },
};

const shapeSchema: SchemaOf<ShapeProto> = {
  name: "TensorShapeProto",
  fields: { dim: messages(1, () => dimensionSchema) },
};

const tensorTypeSchema: SchemaOf<TensorTypeProto> = {
  name: "TypeProto.Tensor",
  fields: { elemType: one(1, "int"), shape: message(2, () => shapeSchema) },
};

const typeSchema: SchemaOf<TypeProto> = {
  name: "TypeProto",
  fields: { tensorType: message(1, () => tensorTypeSchema) },
};

const valueInfoSchema: SchemaOf<ValueInfoProto> = {
  name: "ValueInfoProto",
  fields: { name: one(1, "string"), type: message(2, () => typeSchema) },
};

const graphSchema: SchemaOf<GraphProto> = {
  name: "GraphProto",
  fields: {
    node: messages(1, () => nodeSchema),
    name: one(2, "string"),
    initializer: messages(5, () => tensorSchema),
    input: messages(11, () => valueInfoSchema),
    output: messages(12, () => valueInfoSchema),
    valueInfo: messages(13, () => valueInfoSchema),
    sparseInitializer: messages(15, () => opaque),
  },
};

export const modelSchema: SchemaOf<ModelProto> = {
  name: "ModelProto",
  fields: {
    irVersion: one(1, "int"),
    producerName: one(2, "string"),
    producerVersion: one(3, "string"),
    graph: message(7, () => graphSchema),
    opsetImport: messages(8, () => opsetSchema),
    functions: messages(25, () => functionSchema),
  },
};
