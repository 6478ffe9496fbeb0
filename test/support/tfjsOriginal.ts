import "@tensorflow/tfjs-backend-cpu";
import { loadGraphModel } from "@tensorflow/tfjs-converter";
import * as tf from "@tensorflow/tfjs-core";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { sizeOf, type Tensor, tensor } from "../../src/core/graph/tensor";

export interface TfjsNodeJson {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, unknown>>;
}

/** A model.json as TensorFlow.js and our importer read it. */
export interface TfjsModelJson {
  readonly modelTopology: { readonly node: readonly TfjsNodeJson[]; readonly versions: { readonly producer: number } };
  readonly weightsManifest: readonly { readonly paths: readonly string[]; readonly weights: readonly object[] }[];
}

/** Runs a graph model with TensorFlow.js itself, on its plain JavaScript backend: the oracle of the importer. */
export class TfjsOriginal {
  private constructor(
    private readonly model: Awaited<ReturnType<typeof loadGraphModel>>,
    private readonly isDynamic: boolean,
  ) {}

  static async fromMemory(json: TfjsModelJson, weightData: ArrayBuffer): Promise<TfjsOriginal> {
    tf.env().set("PROD", true); // keeps advice on faster backends out of the test report
    await tf.setBackend("cpu");
    const weightSpecs = json.weightsManifest.flatMap((group) => group.weights) as tf.io.WeightsManifestEntry[];
    const artifacts = { modelTopology: json.modelTopology, weightSpecs, weightData };
    const isDynamic = json.modelTopology.node.some(({ op }) => op === "Where");
    return new TfjsOriginal(await loadGraphModel(tf.io.fromMemory(artifacts)), isDynamic);
  }

  /** `inputShape` replaces the one that the file's placeholder `inputName` was exported with. */
  static async fromFile(path: string, placeholder?: { name: string; shape: readonly number[] }): Promise<TfjsOriginal> {
    const json = JSON.parse(await readFile(path, "utf8")) as TfjsModelJson;
    const paths = json.weightsManifest.flatMap((group) => group.paths);
    const parts = await Promise.all(paths.map((name) => readFile(join(dirname(path), name))));
    const node = json.modelTopology.node.map((entry) =>
      entry.name === placeholder?.name
        ? { ...entry, attr: { ...entry.attr, shape: shapeAttr(placeholder.shape) } }
        : entry,
    );
    const bytes = Buffer.concat(parts);
    const weightData = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    return TfjsOriginal.fromMemory({ ...json, modelTopology: { ...json.modelTopology, node } }, weightData);
  }

  /** Values of nodes by name; dynamic graphs work as well. */
  async run(feeds: Readonly<Record<string, Tensor>>, outputs: readonly string[]): Promise<Record<string, Tensor>> {
    const inputs = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, toTfjs(feed)]));
    // Where rows come and go with the data only the asynchronous executor works; it complains about all other graphs.
    const results = this.isDynamic
      ? await this.model.executeAsync(inputs, [...outputs])
      : this.model.execute(inputs, [...outputs]);
    const list = Array.isArray(results) ? results : [results];
    const values = await Promise.all(list.map(fromTfjs));
    tf.dispose([inputs, list]);
    return Object.fromEntries(outputs.map((name, index) => [name, values[index]!]));
  }

  dispose(): void {
    this.model.dispose();
  }
}

export function shapeAttr(shape: readonly number[]): object {
  return { shape: { dim: shape.map((size) => ({ size: String(size) })) } };
}

function toTfjs({ dtype, shape, data }: Tensor): tf.Tensor {
  const numbers = Array.from(data as ArrayLike<number | bigint>, Number);
  const type = dtype === "bool" ? "bool" : dtype === "float32" ? "float32" : "int32";
  return tf.tensor(numbers, [...shape], type);
}

async function fromTfjs(value: tf.Tensor): Promise<Tensor> {
  const data = await value.data();
  if (data.length !== sizeOf(value.shape))
    throw new Error(`TensorFlow.js gave ${data.length} values for the shape ${value.shape.join()}.`);
  return tensor(value.dtype === "float32" ? "float32" : value.dtype === "bool" ? "bool" : "int32", value.shape, data);
}
