import type { DataType, Tensor } from "../../core/graph/tensor";
import type { Ort } from "./onnxRuntime";

/** Wraps a tensor for ONNX Runtime: its data are read in place, never copied. */
export function toOrt(ort: typeof Ort, { dtype, shape, data }: Tensor): Ort.Tensor {
  if (dtype !== "float16") return new ort.Tensor(dtype, data as Ort.Tensor.DataTypeMap[typeof dtype], shape);
  // From Node 24 on, a float16 tensor's constructor turns the bits into a Float16Array, of which the binding (1.30) sees no
  // element; it takes them as what they are.
  return Object.assign(new ort.Tensor("uint16", data as Uint16Array, shape), { type: "float16" });
}

/** Wraps a CPU tensor of ONNX Runtime without copying. */
export function fromOrt(value: Ort.Tensor): Tensor {
  return { dtype: dataTypeOf(value.type), shape: value.dims, data: rawData(value.data) };
}

/** Brings a tensor to the CPU, from wherever it is, without copying when it is there already. */
export async function download(value: Ort.Tensor): Promise<Tensor> {
  const data = await value.getData();
  return { dtype: dataTypeOf(value.type), shape: value.dims, data: rawData(data) };
}

/** Node 24 hands float16 out as Float16Array; this project holds its bits. */
function rawData(data: Ort.Tensor.DataType): Tensor["data"] {
  if (Array.isArray(data)) throw new Error("String tensors do not occur in graphs of this project.");
  const isHalf = Object.prototype.toString.call(data) === "[object Float16Array]";
  return isHalf ? new Uint16Array(data.buffer, data.byteOffset, data.length) : data;
}

const unsupported: ReadonlySet<string> = new Set(["string", "uint4", "int4"]);

/** @throws Error for element types that no tensor of this project has. */
export function dataTypeOf(type: Ort.Tensor.Type): DataType {
  if (unsupported.has(type)) throw new Error(`Tensors of type ${type} are not supported.`);
  return type as DataType;
}
