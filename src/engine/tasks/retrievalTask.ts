import { UserError } from "../../core/errors";
import { namedFiles } from "../../core/experiment/dataFiles";
import type { ImageTextRetrievalConfig } from "../../core/experiment/tasks/imageTextRetrievalConfig";
import { retrievalMetrics, scoreMatrix } from "../../core/datasets/metrics/retrieval";
import type { Metrics } from "../../core/experiment/metrics";
import type { Tensor } from "../../core/graph/tensor";
import type { Value } from "../../core/graph/graphBuilder";
import type { ModelScope } from "../../core/nn/modelContext";
import { buildEmbedding, buildImageTextRetrieval } from "../../core/tasks/imageTextRetrieval";
import type { RetrievalSide } from "../../core/datasets/retrievalResults";
import type { SideInput } from "../training/sideInput";
import { splitRows, type PairRows, type SplitRows } from "./splitRows";
import type { EvaluationPass, PassOutputs, Split, TrainingTask } from "../training/trainingTask";

export interface RetrievalInputs extends PairRows {
  /** Item `i` is `items[i]`. */
  readonly image: SideInput;
  /** Captions of all items, one after the other. */
  readonly text: SideInput;
}

/** Image-text retrieval: training samples are (image, caption) pairs; every image and caption of a split is ranked. */
export function retrievalTask(config: ImageTextRetrievalConfig, data: RetrievalInputs): TrainingTask {
  const { items, image, text } = data;
  const captionTexts = items.flatMap(({ captions }) => captions);
  const rows: Readonly<Record<Split, SplitRows>> = {
    train: splitRows(data, "train"),
    val: splitRows(data, "val"),
    test: splitRows(data, "test"),
  };
  for (const split of ["train", "val", "test"] as const) {
    if (rows[split].images.length === 0)
      throw new UserError(
        `${namedFiles(config.data)} has no usable image in the split "${split}"; give some rows that split, or set data.split.`,
      );
  }
  const model = { image: config.image.method, text: config.text.method, pooling: config.pooling, loss: config.loss };
  const describeImage = (row: number): string => `"${items[row]?.imagePath ?? "?"}"`;
  const describeCaption = (row: number): string => `the caption "${captionTexts[row] ?? "?"}"`;
  const confidenceLayers: Record<string, readonly string[]> = {};

  const pass = (
    input: SideInput,
    side: RetrievalSide,
    rowsIn: (split: Split) => Uint32Array,
    describe: (row: number) => string,
  ): EvaluationPass => ({
    name: side,
    itemCount: (split) => rowsIn(split).length,
    build: (scope, batchSize) => {
      const { embedding, confidence, layers } = buildSide(scope, config, side, input, batchSize);
      confidenceLayers[side] = layers;
      return { embedding, ...(confidence && { confidence }) };
    },
    read: (split, positions, needed) => input.read(pick(rowsIn(split), positions), needed),
    describe: (split, position) => describe(rowsIn(split)[position] ?? -1),
  });

  const { train } = rows;
  return {
    trainingSampleCount: train.captions.length,
    buildTraining: (scope, batchSize, position) => {
      const inputs = { image: image.declare(scope, batchSize), text: text.declare(scope, batchSize) };
      const { loss, imageConfidence, textConfidence } = buildImageTextRetrieval(scope, inputs, model, position);
      if (!loss) throw new Error("A training graph has a loss.");
      return {
        loss,
        reports: {
          ...(imageConfidence && { "image.confidence": imageConfidence }),
          ...(textConfidence && { "text.confidence": textConfidence }),
        },
      };
    },
    readTraining: async (samples, needed, draw) => ({
      ...(await image.read(pick(train.images, imagesOf(train, samples)), needed, draw)),
      ...(await text.read(pick(train.captions, samples), needed, draw)),
    }),
    passes: [
      pass(image, "image", (split) => rows[split].images, describeImage),
      pass(text, "text", (split) => rows[split].captions, describeCaption),
    ],
    evaluate: (split, outputs) => ({
      metrics: splitMetrics(rows[split], outputs),
      confidence: Object.fromEntries(
        Object.entries(outputs).flatMap(([side, { confidence }]) =>
          confidence ? [[side, { values: confidence, layers: confidenceLayers[side] ?? [] }]] : [],
        ),
      ),
    }),
    describeTraining: (samples) =>
      Array.from(samples, (sample) => {
        const position = train.captionImages[sample] ?? -1;
        return `${describeImage(train.images[position] ?? -1)} with ${describeCaption(train.captions[sample] ?? -1)}`;
      }).join(", "),
  };
}

/** One side of the model on hidden states that are fed: embedding [B, E], and confidence [B, L] of its L layers, if any. */
export function buildSide(
  scope: ModelScope,
  config: ImageTextRetrievalConfig,
  side: RetrievalSide,
  input: Pick<SideInput, "declare" | "layerNames">,
  batchSize: number,
): { readonly embedding: Value; readonly confidence?: Value | undefined; readonly layers: readonly string[] } {
  const { embedding, method } = buildEmbedding(
    scope.scope(side),
    input.declare(scope, batchSize),
    config[side].method,
    config.pooling,
  );
  const layers = (method.confidenceLayers ?? []).map((layer) => input.layerNames[layer] ?? "?");
  return { embedding, confidence: method.confidence, layers };
}

function splitMetrics({ captionImages }: SplitRows, { image, text }: PassOutputs): Metrics {
  const [images, texts] = [image?.["embedding"], text?.["embedding"]];
  if (!images || !texts) throw new Error("Both passes return embeddings.");
  const width = images.shape[1] ?? 1;
  const floats = ({ data }: Tensor): Float32Array => data as Float32Array;
  const { imageToText, textToImage, rSum } = retrievalMetrics(
    scoreMatrix(floats(images), floats(texts), width),
    captionImages,
  );
  return { imageToText: { ...imageToText }, textToImage: { ...textToImage }, rSum };
}

/** Positions of the images of these (image, caption) samples. */
function imagesOf({ captionImages }: SplitRows, samples: Uint32Array): Uint32Array {
  return samples.map((sample) => captionImages[sample] ?? 0);
}

function pick(rows: Uint32Array, positions: Uint32Array): Uint32Array {
  return positions.map((position) => rows[position] ?? 0);
}
