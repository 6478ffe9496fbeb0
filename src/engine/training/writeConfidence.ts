import { join } from "node:path";
import { summarizeConfidence, type ConfidenceByModality } from "../../core/experiment/layerConfidence";
import { encodeSafetensors } from "../../core/experiment/safetensors";
import type { Split } from "../../core/experiment/runEvent";
import type { Tensor } from "../../core/graph/tensor";
import { writeFileAtomic } from "../../store/atomicFile";
import { nodeFileSystem } from "../../store/nodeFileSystem";
import type { Evaluation } from "./trainingTask";

/** Name, within the run directory, of the file with the layer confidence of every sample of a split. */
export function confidenceFile(split: Split): string {
  return `confidence.${split}.safetensors`;
}

/** Mean, spread and quantiles per layer; undefined for models without confidence. */
export function confidenceSummary({ confidence }: Evaluation): ConfidenceByModality | undefined {
  const entries = Object.entries(confidence);
  if (entries.length === 0) return undefined;
  return Object.fromEntries(
    entries.map(([modality, { values, layers }]) => [
      modality,
      summarizeConfidence(values as Tensor<"float32">, layers),
    ]),
  );
}

/** Stores the whole matrix [n, L] of each modality, rows in the order of the split; the layers' names are in the metadata. */
export async function writeConfidence(directory: string, split: Split, { confidence }: Evaluation): Promise<void> {
  const entries = Object.entries(confidence);
  if (entries.length === 0) return;
  const tensors = Object.fromEntries(entries.map(([modality, { values }]) => [modality, values]));
  const metadata = Object.fromEntries(entries.map(([modality, { layers }]) => [modality, JSON.stringify(layers)]));
  const bytes = encodeSafetensors(tensors, { split, ...metadata });
  await writeFileAtomic(nodeFileSystem, join(directory, confidenceFile(split)), [bytes]);
}
