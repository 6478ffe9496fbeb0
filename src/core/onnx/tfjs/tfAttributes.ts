import { z } from "zod";
import type { DataType } from "../../graph/tensor";

/** Protobuf's JSON form: 64-bit integers may be strings; byte strings are base64 or, from old converters, arrays of bytes. */
const integer = z.union([z.string(), z.number()]).transform(Number);
const text = z
  .union([z.string().transform((base64) => atob(base64)), z.array(z.number()).transform(fromBytes)])
  .catch("");
const typeName = z.union([z.string(), z.number()]);

const attributeSchema = z.object({
  b: z.boolean().optional(),
  i: integer.optional(),
  f: z.union([z.number(), z.string().transform(Number)]).optional(),
  s: text.optional(),
  type: typeName.optional(),
  list: z.object({ i: z.array(integer).optional(), s: z.array(text).optional() }).optional(),
});

export const tfAttributesSchema = z.record(z.string(), attributeSchema);

export type TfAttributes = Readonly<Record<string, z.infer<typeof attributeSchema>>>;

function fromBytes(bytes: readonly number[]): string {
  return String.fromCharCode(...bytes);
}

export function tfInt(attributes: TfAttributes, name: string, fallback: number): number {
  return attributes[name]?.i ?? fallback;
}

export function tfFloat(attributes: TfAttributes, name: string, fallback: number): number {
  return attributes[name]?.f ?? fallback;
}

export function tfBool(attributes: TfAttributes, name: string): boolean {
  return attributes[name]?.b ?? false;
}

export function tfString(attributes: TfAttributes, name: string, fallback: string): string {
  return attributes[name]?.s ?? fallback;
}

export function tfInts(attributes: TfAttributes, name: string): readonly number[] | undefined {
  const values = attributes[name]?.list?.i;
  return values && values.length > 0 ? values : undefined;
}

export function tfStrings(attributes: TfAttributes, name: string): readonly string[] {
  return attributes[name]?.list?.s ?? [];
}

/** TensorFlow's `DataType` enumeration, by name and by number. */
const dataTypes: Readonly<Record<string, DataType>> = {
  DT_FLOAT: "float32",
  DT_DOUBLE: "float64",
  DT_INT32: "int32",
  DT_UINT8: "uint8",
  DT_INT16: "int16",
  DT_INT8: "int8",
  DT_INT64: "int64",
  DT_BOOL: "bool",
  DT_UINT16: "uint16",
  DT_HALF: "float16",
  DT_UINT32: "uint32",
  DT_UINT64: "uint64",
};

const dataTypeNumbers: Readonly<Record<number, string>> = {
  1: "DT_FLOAT",
  2: "DT_DOUBLE",
  3: "DT_INT32",
  4: "DT_UINT8",
  5: "DT_INT16",
  6: "DT_INT8",
  9: "DT_INT64",
  10: "DT_BOOL",
  17: "DT_UINT16",
  19: "DT_HALF",
  22: "DT_UINT32",
  23: "DT_UINT64",
};

export function tfDataType(attributes: TfAttributes, name: string): DataType | undefined {
  const type = attributes[name]?.type;
  const key = typeof type === "number" ? dataTypeNumbers[type] : type;
  return key === undefined ? undefined : dataTypes[key];
}
