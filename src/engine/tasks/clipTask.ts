import { scoreMatrix } from "../../core/datasets/metrics/retrieval";
import { videoRetrievalMetrics } from "../../core/datasets/metrics/videoRetrieval";
import { namedFiles } from "../../core/experiment/dataFiles";
import type { VideoTextRetrievalConfig } from "../../core/experiment/tasks/videoTextRetrievalConfig";
import { buildTextEmbedding, buildVideoEmbedding, videoTextLoss } from "../../core/tasks/videoTextRetrieval";
import type { ClipItem } from "../datasets/clipDataset";
import type { SideInput } from "../training/sideInput";
import type { TrainingTask } from "../training/trainingTask";
import { pairTask } from "./pairTask";

export interface ClipInputs {
  readonly items: readonly ClipItem[];
  /** Items whose video could be read; the others belong to no split. */
  readonly isUsable: (item: number) => boolean;
  readonly video: SideInput;
  readonly text: SideInput;
}

/** Video-text retrieval as in CLIP4Clip; see {@link pairTask}. Every caption is a training sample ("sentence expansion"). */
export function clipTask(config: VideoTextRetrievalConfig, data: ClipInputs): TrainingTask {
  const { items, isUsable, video, text } = data;
  return pairTask({
    items,
    isUsable,
    media: { name: "video", noun: "video", input: video },
    text,
    dataName: namedFiles(config.data),
    describeItem: (item) => `"${items[item]?.videoPath ?? "?"}"`,
    embed: (scope, side, input) =>
      side === "video"
        ? buildVideoEmbedding(scope, input, config.video.method)
        : buildTextEmbedding(scope, input, config.text.method),
    loss: (scope, ofVideo, ofText) => videoTextLoss(scope, ofText, ofVideo, config.logitScale),
    metrics: (embeddings) => {
      const { media, text: captions, width, captionMedia } = embeddings;
      // [captions, videos]: every caption ranks all videos.
      const { values, captions: videoCount } = scoreMatrix(captions, media, width);
      const metrics = videoRetrievalMetrics(Float32Array.from(values), captionMedia, videoCount);
      return { textToVideo: { ...metrics.textToVideo }, videoToText: { ...metrics.videoToText }, rSum: metrics.rSum };
    },
  });
}
