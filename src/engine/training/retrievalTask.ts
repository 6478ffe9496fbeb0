import { UserError } from "../../core/errors";
import type { ImageTextRetrievalConfig } from "../../core/experiment/experimentConfig";
import { retrievalMetrics, scoreMatrix } from "../../core/datasets/metrics/retrieval";
import type { Metrics } from "../../core/experiment/metrics";
import type { Tensor } from "../../core/graph/tensor";
import { buildEmbedding, buildImageTextRetrieval } from "../../core/tasks/imageTextRetrieval";
import type { PairItem } from "../datasets/pairDataset";
import { declareFeatures, readFeatures } from "./featureInputs";
import type { FeatureReader } from "./featureReader";
import type { EvaluationPass, PassOutputs, Split, TrainingTask } from "./trainingTask";

export interface RetrievalData {
  readonly items: readonly PairItem[];
  /** Rows of `items` whose image could be read; the others belong to no split. */
  readonly isUsable: (item: number) => boolean;
  /** Row `i` of the image features is `items[i]`. */
  readonly image: FeatureReader;
  /** Captions of all items, one after the other. */
  readonly text: FeatureReader;
}

/** Rows of the features that make up one split. */
interface SplitRows {
  readonly images: Uint32Array;
  readonly captions: Uint32Array;
  /** For each caption the position of its image within `images`. */
  readonly captionImages: readonly number[];
}

/** Image-text retrieval: training samples are (image, caption) pairs; every image and caption of a split is ranked. */
export function retrievalTask(config: ImageTextRetrievalConfig, data: RetrievalData): TrainingTask {
  const { items, image, text } = data;
  const captionTexts = items.flatMap(({ captions }) => captions);
  const rows: Readonly<Record<Split, SplitRows>> = {
    train: rowsOf(data, "train"),
    val: rowsOf(data, "val"),
    test: rowsOf(data, "test"),
  };
  for (const split of ["train", "val", "test"] as const) {
    if (rows[split].images.length === 0)
      throw new UserError(
        `"${config.data.pairs}" has no usable image in the split "${split}"; give some rows that split, or set data.split.`,
      );
  }
  const model = { image: config.image.method, text: config.text.method, pooling: config.pooling, loss: config.loss };
  const describeImage = (row: number): string => `"${items[row]?.imagePath ?? "?"}"`;
  const describeCaption = (row: number): string => `the caption "${captionTexts[row] ?? "?"}"`;
  const confidenceLayers: Record<string, readonly string[]> = {};

  const pass = (
    features: FeatureReader,
    side: "image" | "text",
    rowsIn: (split: Split) => Uint32Array,
    describe: (row: number) => string,
  ): EvaluationPass => ({
    name: side,
    itemCount: (split) => rowsIn(split).length,
    build: (scope, batchSize) => {
      const input = declareFeatures(scope, features, batchSize);
      const { embedding, method } = buildEmbedding(scope.scope(side), input, model[side], model.pooling);
      confidenceLayers[side] = (method.confidenceLayers ?? []).map((layer) => features.layers[layer]?.name ?? "?");
      return { embedding, ...(method.confidence && { confidence: method.confidence }) };
    },
    read: (split, positions, needed) => readFeatures(features, pick(rowsIn(split), positions), needed),
    describe: (split, position) => describe(rowsIn(split)[position] ?? -1),
  });

  const { train } = rows;
  return {
    trainingSampleCount: train.captions.length,
    buildTraining: (scope, batchSize, position) => {
      const inputs = { image: declareFeatures(scope, image, batchSize), text: declareFeatures(scope, text, batchSize) };
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
    readTraining: async (samples, needed) => ({
      ...(await readFeatures(image, pick(train.images, imagesOf(train, samples)), needed)),
      ...(await readFeatures(text, pick(train.captions, samples), needed)),
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

function rowsOf({ items, isUsable }: RetrievalData, split: Split): SplitRows {
  const images: number[] = [];
  const captions: number[] = [];
  const captionImages: number[] = [];
  let caption = 0;
  for (const [row, item] of items.entries()) {
    if (item.split === split && isUsable(row)) {
      for (let i = 0; i < item.captions.length; i++) {
        captions.push(caption + i);
        captionImages.push(images.length);
      }
      images.push(row);
    }
    caption += item.captions.length;
  }
  return { images: Uint32Array.from(images), captions: Uint32Array.from(captions), captionImages };
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
