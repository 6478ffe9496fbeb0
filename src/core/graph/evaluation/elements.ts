import { halfToNumber, numberToHalf } from "../float16";
import type { StaticType } from "../inference/rule";
import type { DataType, Tensor } from "../tensor";
import { allocate, fromData, sizeOf } from "../tensor";
import type { EvaluationContext } from "./rule";

const LARGEST_INT64 = 2n ** 63n - 1n;
const LARGEST_UINT64 = 2n ** 64n - 1n;

/** A required input. Inference has checked it, so its absence is a bug. */
export function argument({ opType, inputs }: EvaluationContext, index: number): Tensor {
  const input = inputs[index];
  if (!input) throw new Error(`${opType}: input ${index} is missing.`);
  return input;
}

/** Type of output `index`. */
export function outputType({ opType, outputTypes }: EvaluationContext, index = 0): StaticType {
  const type = outputTypes[index];
  if (!type) throw new Error(`${opType}: output ${index} has no type.`);
  return type;
}

/**
 * The elements as doubles; not copied when they are doubles already. int64 beyond 2^53 loses precision, so rules that only
 * move elements copy them untouched instead.
 */
export function elementsOf(tensor: Tensor): Float64Array {
  const { data } = tensor;
  if (data instanceof Float64Array) return data;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float64Array.from(data, Number);
  if (tensor.dtype === "float16") return Float64Array.from(data, halfToNumber);
  return new Float64Array(data);
}

/** Rounds doubles to the element type: nearest float; integers are truncated, and saturated where they are 64 bits wide. */
export function fromElements({ dtype, shape }: StaticType, values: Float64Array): Tensor {
  switch (dtype) {
    case "float64":
      return fromData(dtype, shape, values);
    case "float16":
      return fromData(dtype, shape, Uint16Array.from(values, numberToHalf));
    case "int64":
      return fromData(
        dtype,
        shape,
        BigInt64Array.from(values, (value) => toBigInt(value, -LARGEST_INT64 - 1n, LARGEST_INT64)),
      );
    case "uint64":
      return fromData(
        dtype,
        shape,
        BigUint64Array.from(values, (value) => toBigInt(value, 0n, LARGEST_UINT64)),
      );
    case "bool":
      return fromData(
        dtype,
        shape,
        Uint8Array.from(values, (value) => (value === 0 ? 0 : 1)),
      );
    case "float32":
    case "int32":
    case "int16":
    case "int8":
    case "uint32":
    case "uint16":
    case "uint8": {
      const data = allocate(dtype, values.length);
      (data as Float32Array).set(values);
      return fromData(dtype, shape, data);
    }
  }
}

function toBigInt(value: number, low: bigint, high: bigint): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= Number(high)) return high;
  return value <= Number(low) ? low : BigInt(Math.trunc(value));
}

/** A tensor whose elements are computed from their flat index. */
export function generate(type: StaticType, element: (index: number) => number): Tensor {
  const values = new Float64Array(sizeOf(type.shape));
  for (let i = 0; i < values.length; i++) values[i] = element(i);
  return fromElements(type, values);
}

/** Whether the elements are whole numbers, whose division truncates. */
export function isInteger(dtype: DataType): boolean {
  return dtype !== "float32" && dtype !== "float64" && dtype !== "float16" && dtype !== "bool";
}
