import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { decodeTfjsModel, shardPathsOf, type TfjsModel } from "../../src/core/onnx/tfjs/tfjsModel";

/** Reads a TensorFlow.js graph model from its model.json and the weight files beside it. */
export async function readTfjsModel(path: string): Promise<TfjsModel> {
  const json: unknown = JSON.parse(await readFile(path, "utf8"));
  const shards = new Map<string, Uint8Array>();
  for (const name of shardPathsOf(json, path)) shards.set(name, await readFile(join(dirname(path), name)));
  return decodeTfjsModel(json, shards, path);
}
