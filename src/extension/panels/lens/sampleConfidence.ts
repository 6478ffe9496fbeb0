import { join } from "node:path";
import { decodeSafetensors } from "../../../core/experiment/safetensors";
import type { LayerDistribution } from "../../../core/views/lens/layerDetail";
import { layerDistribution } from "../../../core/views/lens/layerDetail";
import type { FileSystem } from "../../../store/fileSystem";
import { errorCode } from "../../../store/fileSystem";

/** The split whose samples' confidence a run keeps, once it has ended. */
const split = "test";

/**
 * How the samples of a finished run weigh one layer.
 * @returns undefined for a run that has no such file (yet), or not this modality and layer in it
 * @throws UserError when the file is damaged
 */
export async function sampleConfidence(
  fs: FileSystem,
  directory: string,
  modality: string,
  layer: string,
): Promise<LayerDistribution | undefined> {
  const path = join(directory, `confidence.${split}.safetensors`);
  let bytes: Uint8Array;
  try {
    bytes = await fs.read(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  const { tensors, metadata } = decodeSafetensors(bytes, path);
  const [tensor, layers] = [tensors[modality], layersOf(metadata[modality])];
  const index = layers.indexOf(layer);
  if (tensor?.dtype !== "float32" || tensor.shape[1] !== layers.length || index < 0) return undefined;
  return layerDistribution(tensor.data as Float32Array, layers.length, index, split);
}

function layersOf(text = "[]"): readonly unknown[] {
  const layers: unknown = JSON.parse(text);
  return Array.isArray(layers) ? layers : [];
}
