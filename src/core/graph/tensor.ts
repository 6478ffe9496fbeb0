/**
 * Dense row-major tensors, the only form in which numbers enter or leave a graph.
 *
 * Dimension letters used in every shape comment of this project:
 * `B` batch · `N` tokens or regions · `C` backbone width · `d` bottleneck = floor(E / r) · `E` output width ·
 * `L` tapped layers · `H` heads · `K` classes · `Q` queries · `r` reduction factor.
 */

/** Element types that graphs of this project use. float16 data is held as its raw bits in a Uint16Array. */
export type DataType =
  | "float32"
  | "float64"
  | "float16"
  | "int64"
  | "int32"
  | "int16"
  | "int8"
  | "uint64"
  | "uint32"
  | "uint16"
  | "uint8"
  | "bool";

interface ArrayTypes {
  float32: Float32Array;
  float64: Float64Array;
  float16: Uint16Array;
  int64: BigInt64Array;
  int32: Int32Array;
  int16: Int16Array;
  int8: Int8Array;
  uint64: BigUint64Array;
  uint32: Uint32Array;
  uint16: Uint16Array;
  uint8: Uint8Array;
  bool: Uint8Array;
}

export type DataArray<T extends DataType = DataType> = ArrayTypes[T];

export type Shape = readonly number[];

export interface Tensor<T extends DataType = DataType> {
  readonly dtype: T;
  readonly shape: Shape;
  /** Row-major elements; its length is the product of `shape`. */
  readonly data: DataArray<T>;
}

const arrayConstructors = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint64: BigUint64Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

/** Every element type, in order of declaration. */
export const dataTypes = Object.keys(arrayConstructors) as readonly DataType[];

/** Bytes per element of `dtype`. */
export function bytesPerElement(dtype: DataType): number {
  return arrayConstructors[dtype].BYTES_PER_ELEMENT;
}

/** Number of elements of a tensor of this shape; 1 for a scalar (`[]`). */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A zero-filled array of `length` elements of `dtype`. */
export function allocate<T extends DataType>(dtype: T, length: number): DataArray<T> {
  return new arrayConstructors[dtype](length) as DataArray<T>;
}

/**
 * Makes a tensor from plain numbers.
 * @throws RangeError when the number of elements does not fit the shape.
 */
export function tensor<T extends DataType>(dtype: T, shape: Shape, values: ArrayLike<number | bigint>): Tensor<T> {
  if (values.length !== sizeOf(shape)) {
    throw new RangeError(
      `A tensor of shape [${shape.join(", ")}] holds ${sizeOf(shape)} elements; got ${values.length}.`,
    );
  }
  const data = allocate(dtype, values.length);
  const wide = dtype === "int64" || dtype === "uint64";
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    (data as unknown as (number | bigint)[])[i] = wide ? BigInt(value ?? 0) : Number(value);
  }
  return { dtype, shape, data };
}

/** A zero-filled tensor. */
export function zeros<T extends DataType>(dtype: T, shape: Shape): Tensor<T> {
  return { dtype, shape, data: allocate(dtype, sizeOf(shape)) };
}

/** Wraps existing data without copying; the caller guarantees that the length fits. */
export function fromData<T extends DataType>(dtype: T, shape: Shape, data: DataArray<T>): Tensor<T> {
  if (data.length !== sizeOf(shape)) {
    throw new RangeError(`Data of ${data.length} elements do not fill shape [${shape.join(", ")}].`);
  }
  return { dtype, shape, data };
}

/** Reinterprets raw little-endian bytes as a tensor; copies only when the bytes are not aligned for the element type. */
export function fromBytes(dtype: DataType, shape: Shape, bytes: Uint8Array): Tensor {
  const width = bytesPerElement(dtype);
  if (bytes.byteLength !== sizeOf(shape) * width) {
    throw new RangeError(`${bytes.byteLength} bytes do not fill a ${dtype} tensor of shape [${shape.join(", ")}].`);
  }
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes); // a copy; Buffer.slice makes none
  const ctor = arrayConstructors[dtype] as new (buffer: ArrayBufferLike, offset: number, length: number) => DataArray;
  return { dtype, shape, data: new ctor(aligned.buffer, aligned.byteOffset, sizeOf(shape)) };
}

/** The tensor's elements as raw bytes, without copying (hosts are little-endian: every platform ONNX Runtime ships for is). */
export function bytesOf({ data }: Tensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The elements as JavaScript numbers; int64 beyond 2^53 loses precision (shapes and token ids never get there). */
export function numbersOf({ data }: Tensor): number[] {
  return Array.from(data as ArrayLike<number | bigint>, Number);
}
