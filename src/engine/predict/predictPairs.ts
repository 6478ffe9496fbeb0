import { similarities, topAnswers } from "../../core/datasets/metrics/queryRanks";
import { UserError } from "../../core/errors";
import type { SideName } from "../../core/experiment/sides";
import type { Tensor } from "../../core/graph/tensor";
import type { PredictRequest, RankedItem, RankingPrediction } from "../../protocol/predict";
import type { FeatureSource } from "../features/featureSource";
import { imageSource } from "../features/imageSource";
import { textSource } from "../features/textSource";
import { videoSource } from "../features/videoSource";
import type { OpenedModel } from "../openModel";
import { ItemEncoder } from "../query/itemEncoder";
import type { ClipData } from "../tasks/clipData";
import type { RetrievalData } from "../tasks/retrievalData";
import { imagePreprocessing, openTokenizer } from "../tasks/sideFiles";
import { splitRows, type SplitRows } from "../tasks/splitRows";

type PairData = RetrievalData | ClipData;

/** One thing to look for, and on which side of the model it is. */
interface Query {
  readonly side: SideName;
  readonly text: string;
  readonly source: FeatureSource;
}

/**
 * Ranks what a split holds for each query: images or videos for a text, captions for an image or a video.
 * @throws UserError when a query cannot be loaded, or the model has no such side
 */
export async function predictPairs(
  model: OpenedModel,
  data: PairData,
  request: PredictRequest,
): Promise<readonly RankingPrediction[]> {
  const { split, count } = request;
  const queries = await queriesOf(model, request);
  const rows = splitRows(
    { items: data.items, isUsable: (item) => model.opened.inputs.has(mediaOf(data), item) },
    split,
  );
  const outputs = await model.evaluator.collect(split);
  const predictions: RankingPrediction[] = [];
  for (const side of new Set(queries.map((query) => query.side))) {
    const encoder = new ItemEncoder({ model, side });
    const answers = embeddingOf(outputs[side === "text" ? mediaOf(data) : "text"]);
    try {
      for (const query of queries.filter((one) => one.side === side)) {
        const own = embeddingOf(await encoder.encode(query.source));
        const scores = similarities(own, 0, answers);
        const results = topAnswers(scores, count).map(({ index, rank }): RankedItem => {
          const item = side === "text" ? mediaItem(data, rows, index) : captionItem(data, rows, index);
          return { rank, similarity: scores[index] ?? NaN, ...item };
        });
        predictions.push({ query: query.text, kind: side, results });
      }
    } finally {
      await encoder.dispose();
    }
  }
  return predictions;
}

async function queriesOf(model: OpenedModel, { images, texts, videos }: PredictRequest): Promise<readonly Query[]> {
  const { config, baseDirectory, opened } = model;
  const refuse = (kind: string): never => {
    throw new UserError(`This run learns ${config.task}, which takes no ${kind} as a query; leave it out.`);
  };
  const list: Query[] = [];
  if (config.task === "image-text-retrieval" || config.task === "video-text-retrieval") {
    const tokenizer = await openTokenizer(config.text.backbone, baseDirectory);
    const leastTokens = opened.inputs.of("text").maskLength;
    for (const text of texts)
      list.push({ side: "text", text, source: textSource([{ id: "query", text }], tokenizer, { leastTokens }) });
  }
  if (images.length > 0) {
    if (config.task !== "image-text-retrieval") return refuse("image");
    const settings = await imagePreprocessing(config.image.backbone, baseDirectory);
    for (const path of images)
      list.push({ side: "image", text: path, source: imageSource([{ id: path, path }], settings) });
  }
  if (videos.length > 0) {
    if (config.task !== "video-text-retrieval") return refuse("video");
    const { backbone } = config.video;
    const settings = { frames: backbone.frames, preprocessing: await imagePreprocessing(backbone, baseDirectory) };
    for (const path of videos)
      list.push({ side: "video", text: path, source: videoSource([{ id: path, path }], settings) });
  }
  return list;
}

function mediaOf({ task }: PairData): SideName {
  return task === "image-text-retrieval" ? "image" : "video";
}

function mediaItem(data: PairData, rows: SplitRows, position: number): Pick<RankedItem, "id" | "path"> {
  const row = rows.media[position] ?? -1;
  if (data.task === "image-text-retrieval") {
    const item = data.items[row];
    return { id: item?.id ?? "?", path: item?.imagePath };
  }
  const item = data.items[row];
  return { id: item?.id ?? "?", path: item?.videoPath };
}

function captionItem(data: PairData, rows: SplitRows, position: number): Pick<RankedItem, "id" | "text"> {
  const owner = rows.media[rows.captionMedia[position] ?? -1] ?? -1;
  const captions = data.items.flatMap((item) => item.captions);
  return { id: data.items[owner]?.id ?? "?", text: captions[rows.captions[position] ?? -1] };
}

function embeddingOf(outputs: Readonly<Record<string, Tensor>> | undefined): { values: Float32Array; width: number } {
  const embedding = outputs?.["embedding"];
  if (!embedding) throw new Error("A pass of retrieval returns embeddings.");
  return { values: embedding.data as Float32Array, width: embedding.shape[1] ?? 1 };
}
