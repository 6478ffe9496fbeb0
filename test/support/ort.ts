import * as ort from "onnxruntime-node";
import type { Feeds } from "../../src/core/graph/executor";
import type { DataArray, DataType, Tensor } from "../../src/core/graph/tensor";
import { fromData } from "../../src/core/graph/tensor";

/** Single-threaded and unoptimised, so that every node runs as written. */
const plain: ort.InferenceSession.SessionOptions = {
  executionProviders: ["cpu"],
  graphOptimizationLevel: "disabled",
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 4,
};

/** Runs an encoded model once in ONNX Runtime, on the CPU. */
export async function runInOrt(model: Uint8Array, feeds: Feeds): Promise<Record<string, Tensor>> {
  const session = await ort.InferenceSession.create(model, plain);
  try {
    const results = await session.run(
      Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, toOrt(value)])),
    );
    return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, fromOrt(value)]));
  } finally {
    await session.release();
  }
}

export function toOrt({ dtype, data, shape }: Tensor): ort.Tensor {
  return new ort.Tensor(dtype, data as ort.Tensor.DataType, [...shape]);
}

export function fromOrt(value: ort.Tensor): Tensor {
  return fromData(value.type as DataType, [...value.dims], value.data as DataArray);
}
