import sharp from "sharp";
import type { Graph } from "../../src/core/graph/graph";
import { removeDeadCode } from "../../src/core/graph/graphBuilder";
import { encodeModel } from "../../src/core/onnx/encodeModel";
import { sceneFiles } from "../emoji-scenes/sceneFiles";
import { type SampleFile, writeMissing, type WriteProgress } from "../manifest";
import { buildCenternet } from "../models/centernet";
import { buildUseLite, SENTENCE_OUTPUT } from "../models/useLite";
import { modelFiles } from "../models/modelFiles";
import { halfWeights } from "./halfWeights";
import { PACKAGED_TOKENS, packagedExperiment } from "./packagedExperiment";

/** Name of the sample's experiment file. */
export const PACKAGED_EXPERIMENT = "emoji-scenes.unipt.json";

/**
 * Writes the emoji scenes as the extension brings them along: weights in half precision, images in lossless WebP (the very
 * same pixels in a third less space). Otherwise like `buildSamples`.
 */
export async function buildPackagedSample(
  folder: string,
  packagesFrom: string,
  onProgress?: (progress: WriteProgress) => void,
): Promise<void> {
  const scenes = await sceneFiles(packagesFrom);
  const tokenizers = modelFiles(packagesFrom).filter(({ path }) => path.endsWith(".json"));
  const text = packagedExperiment();
  await writeMissing(
    folder,
    [
      { path: PACKAGED_EXPERIMENT, make: () => Promise.resolve(new TextEncoder().encode(text)), isQuick: true },
      {
        path: "models/centernet.onnx",
        make: async () => encodeModel(halfWeights(await buildCenternet(packagesFrom))),
      },
      {
        path: "models/use-lite.onnx",
        make: async () => encodeModel(halfWeights(withoutSentence(await buildUseLite(packagesFrom, PACKAGED_TOKENS)))),
      },
      ...tokenizers,
      ...scenes.map(smaller),
    ],
    onProgress,
  );
}

/** The experiment reads the tokens only, so the layers that make one vector of a whole text stay behind. */
function withoutSentence(graph: Graph): Graph {
  return removeDeadCode({ ...graph, outputs: graph.outputs.filter(({ name }) => name !== SENTENCE_OUTPUT) });
}

/** Image files in WebP, and the pairs that name them. */
function smaller(file: SampleFile): SampleFile {
  if (file.path.endsWith(".png")) return { path: webp(file.path), make: async () => compress(await file.make()) };
  return { ...file, make: async () => new TextEncoder().encode(webp(new TextDecoder().decode(await file.make()))) };
}

function webp(text: string): string {
  return text.replaceAll(".png", ".webp");
}

async function compress(png: Uint8Array): Promise<Uint8Array> {
  return sharp(png).webp({ lossless: true, effort: 6 }).toBuffer();
}
