import * as ort from "onnxruntime-node";
import type { Graph } from "../../src/core/graph/graph";
import { type DataType, fromData, type Tensor } from "../../src/core/graph/tensor";
import { encodeModel } from "../../src/core/onnx/encodeModel";

/** Encodes a graph with some of its inner values as further outputs and runs the file in ONNX Runtime on the CPU. */
export async function runOnnx(
  graph: Graph,
  feeds: Readonly<Record<string, Tensor>>,
  outputs: readonly string[] = graph.outputs.map(({ name }) => name),
): Promise<Record<string, Tensor>> {
  const extra = outputs.filter((name) => !graph.outputs.some((output) => output.name === name));
  const withTaps: Graph = {
    ...graph,
    outputs: [...graph.outputs, ...extra.map((name) => ({ name, ...graph.types.get(name)! }))],
  };
  const session = await ort.InferenceSession.create(encodeModel(withTaps), { intraOpNumThreads: 1 });
  const inputs = Object.fromEntries(
    Object.entries(feeds).map(([name, { dtype, data, shape }]) => [
      name,
      new ort.Tensor(dtype as "float32", data as Float32Array, shape),
    ]),
  );
  const results = await session.run(inputs, [...outputs]);
  await session.release();
  return Object.fromEntries(
    outputs.map((name) => {
      const { type, dims, data } = results[name]!;
      return [name, fromData(type as DataType, dims, data as Float32Array)];
    }),
  );
}

/** Sample `index` of a batch. */
export function sampleOf({ dtype, shape, data }: Tensor, index: number): Tensor {
  const size = data.length / (shape[0] ?? 1);
  const part = data.slice(index * size, (index + 1) * size);
  return fromData(dtype, [1, ...shape.slice(1)], part);
}
