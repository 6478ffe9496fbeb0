import { OpBuilder } from "../../core/graph/opBuilder";
import type { Tensor } from "../../core/graph/tensor";
import { encodeModel } from "../../core/onnx/encodeModel";
import type { Ort } from "./onnxRuntime";
import { OrtSession } from "./ortSession";
import { dataTypeOf, download } from "./ortTensor";

/**
 * Brings tensors that live on a WebGPU device to the CPU, by way of a graph that hands its inputs on: asking such a tensor for
 * its data ends the process (binding 1.30) unless it is an output of the session that ran last.
 */
export async function downloadFromDevice(
  values: Readonly<Record<string, Ort.Tensor>>,
): Promise<Record<string, Tensor>> {
  const g = new OpBuilder("download");
  const names = Object.keys(values);
  const fed: Record<string, Ort.Tensor> = {};
  names.forEach((name, index) => {
    const value = values[name];
    if (!value) return;
    fed[`in.${index}`] = value;
    g.output(`out.${index}`, g.identity(g.input(`in.${index}`, dataTypeOf(value.type), value.dims)));
  });
  const session = await OrtSession.open(encodeModel(g.build()), { device: "webgpu" });
  try {
    const fetched = await session.run(fed);
    const entries = names.map(async (name, index) => {
      const value = fetched[`out.${index}`];
      if (!value) throw new Error(`The device returned no "${name}".`);
      return [name, await download(value)] as const;
    });
    return Object.fromEntries(await Promise.all(entries));
  } finally {
    await session.dispose();
  }
}
