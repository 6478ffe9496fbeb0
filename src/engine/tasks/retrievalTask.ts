import { foldedRetrievalMetrics, retrievalMetrics, scoreMatrix } from "../../core/datasets/metrics/retrieval";
import type { RetrievalSide } from "../../core/datasets/retrievalResults";
import { namedFiles } from "../../core/experiment/dataFiles";
import type { Metrics } from "../../core/experiment/metrics";
import type { ImageTextRetrievalConfig } from "../../core/experiment/tasks/imageTextRetrievalConfig";
import { contrastiveLoss } from "../../core/nn/losses/contrastiveLoss";
import type { ModelScope } from "../../core/nn/modelContext";
import type { MethodInput } from "../../core/petl/method";
import type { EmbeddedSide } from "../../core/tasks/embeddedSide";
import { buildEmbedding } from "../../core/tasks/imageTextRetrieval";
import type { PairItem } from "../datasets/pairDataset";
import type { SideInput } from "../training/sideInput";
import type { Split, TrainingTask } from "../training/trainingTask";
import { pairTask, type SplitEmbeddings } from "./pairTask";

export interface RetrievalInputs {
  readonly items: readonly PairItem[];
  /** Items whose image could be read; the others belong to no split. */
  readonly isUsable: (item: number) => boolean;
  readonly image: SideInput;
  readonly text: SideInput;
}

/** Image-text retrieval as in VSE∞; see {@link pairTask}. */
export function retrievalTask(config: ImageTextRetrievalConfig, data: RetrievalInputs): TrainingTask {
  const { items, isUsable, image, text } = data;
  return pairTask({
    items,
    isUsable,
    media: { name: "image", noun: "image", input: image },
    text,
    dataName: namedFiles(config.data),
    describeItem: (item) => `"${items[item]?.imagePath ?? "?"}"`,
    embed: (scope, side, input) => embedSide(scope, config, side === "image" ? "image" : "text", input),
    loss: (scope, ofImage, ofText, position) => contrastiveLoss(scope, ofImage, ofText, config.loss, position),
    metrics: (embeddings, split) => splitMetrics(config, embeddings, split),
  });
}

/** One side of the model on hidden states that are fed; parameters are under `scope`. */
export function embedSide(
  scope: ModelScope,
  config: ImageTextRetrievalConfig,
  side: RetrievalSide,
  input: MethodInput,
): EmbeddedSide {
  return buildEmbedding(scope, input, config[side].method, config.pooling);
}

/** Only the test set is folded: the published results are, and validation sets are as large as a fold. */
function splitMetrics(
  { data }: ImageTextRetrievalConfig,
  { media, text, width, captionMedia }: SplitEmbeddings,
  split: Split,
): Metrics {
  const scores = scoreMatrix(media, text, width);
  const folds = split === "test" ? (data.folds ?? 1) : 1;
  const { imageToText, textToImage, rSum } =
    folds === 1
      ? retrievalMetrics(scores, captionMedia)
      : foldedRetrievalMetrics(scores, captionMedia, Math.min(folds, scores.images));
  return { imageToText: { ...imageToText }, textToImage: { ...textToImage }, rSum };
}
