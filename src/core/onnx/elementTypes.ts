import type { DataType } from "../graph/tensor";

/** ONNX's TensorProto.DataType numbers of the element types that this project uses. */
const numbers: Readonly<Record<DataType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
};

const dataTypes: ReadonlyMap<number, DataType> = new Map(
  (Object.entries(numbers) as [DataType, number][]).map(([dtype, number]) => [number, dtype]),
);

/** Names for error messages of the element types that are refused. */
const refused: ReadonlyMap<number, string> = new Map([
  [8, "string"],
  [14, "complex64"],
  [15, "complex128"],
  [16, "bfloat16"],
  [17, "float8"],
  [18, "float8"],
  [19, "float8"],
  [20, "float8"],
  [21, "uint4"],
  [22, "int4"],
  [23, "float4"],
]);

export function elementTypeNumber(dtype: DataType): number {
  return numbers[dtype];
}

/** Undefined when the element type is unknown or not supported. */
export function elementTypeOf(number: number): DataType | undefined {
  return dataTypes.get(number);
}

/** For error messages: the type's name, supported or not. */
export function elementTypeName(number: number): string {
  return dataTypes.get(number) ?? refused.get(number) ?? `number ${number}`;
}
