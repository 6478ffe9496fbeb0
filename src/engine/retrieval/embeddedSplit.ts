import { type Embeddings, type QueryRanks, QueryRanking } from "../../core/datasets/metrics/queryRanks";
import type { ConfidenceByModality } from "../../core/experiment/layerConfidence";
import type { Metrics } from "../../core/experiment/metrics";
import type { Tensor } from "../../core/graph/tensor";
import type { RetrievalDirection, RetrievalSide } from "../../core/datasets/retrievalResults";
import type { Evaluator } from "../training/evaluator";
import { splitRows, type PairRows, type SplitRows } from "../tasks/splitRows";
import type { Split } from "../training/trainingTask";
import { confidenceSummary } from "../training/writeConfidence";

/** A slice of comparing takes about this long: questions and the wish to stop are heard in between. */
const SLICE_MS = 20;

/** Everything of a split in the space of the model, and how each query fares. */
export interface EmbeddedSplit {
  readonly split: Split;
  readonly rows: SplitRows;
  readonly embeddings: Readonly<Record<RetrievalSide, Embeddings>>;
  /** Layer confidence of every image or caption, [n, L], of sides that have one. */
  readonly confidence: Readonly<Partial<Record<RetrievalSide, Tensor<"float32">>>>;
  readonly summary: ConfidenceByModality | undefined;
  readonly metrics: Metrics;
  readonly ranks: Readonly<Record<RetrievalDirection, QueryRanks>>;
}

/**
 * Embeds every image and caption of a split and ranks them all, with the numbers of an evaluation.
 * @param onProgress is told how many images and captions are embedded
 * @throws Cancelled between batches
 */
export async function embedSplit(
  evaluator: Evaluator,
  data: PairRows,
  split: Split,
  onProgress: (done: number, total: number) => void,
): Promise<EmbeddedSplit> {
  const rows = splitRows(data, split);
  const outputs = await evaluator.collect(split, onProgress);
  const evaluation = evaluator.task.evaluate(split, outputs);
  const embeddings = { image: embeddingsOf(outputs["image"]), text: embeddingsOf(outputs["text"]) };
  const ranking = new QueryRanking(embeddings.image, embeddings.text, rows.captionMedia);
  let sliceStartMs = performance.now();
  for (let image = 0; image < rows.media.length; image++) {
    ranking.compare(image, image + 1);
    if (performance.now() - sliceStartMs < SLICE_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    evaluator.signal.throwIfAborted();
    sliceStartMs = performance.now();
  }
  const { imageToText, textToImage } = ranking;
  return {
    split,
    rows,
    embeddings,
    confidence: Object.fromEntries(
      Object.entries(evaluation.confidence).map(([side, { values }]) => [side, values as Tensor<"float32">]),
    ),
    summary: confidenceSummary(evaluation),
    metrics: evaluation.metrics,
    ranks: { imageToText, textToImage },
  };
}

function embeddingsOf(outputs: Readonly<Record<string, Tensor>> | undefined): Embeddings {
  const embedding = outputs?.["embedding"];
  if (!embedding) throw new Error("A pass of retrieval returns embeddings.");
  return { values: embedding.data as Float32Array, width: embedding.shape[1] ?? 1 };
}
