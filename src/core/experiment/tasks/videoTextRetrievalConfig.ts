import { z } from "zod";
import { TextBackboneConfig, VideoBackboneConfig } from "../backboneConfig";
import { ClipDataConfig } from "../dataConfig";
import { trainingConfig } from "../trainingConfig";
import { common, LayerChoice, method } from "./commonConfig";

/** Metrics of video retrieval that can select a checkpoint; dotted paths into the metrics of an evaluation. */
export const videoRetrievalSelectors = [
  "textToVideo.recallAt1",
  "textToVideo.recallAt5",
  "textToVideo.recallAt10",
  "videoToText.recallAt1",
  "videoToText.recallAt5",
  "videoToText.recallAt10",
  "rSum",
] as const;

/** Video-text retrieval as in CLIP4Clip: the mean of a video's frames and a text, compared by cosine. */
export const VideoTextRetrievalConfig = z.strictObject({
  task: z.literal("video-text-retrieval").describe("What is learned."),
  ...common,
  data: ClipDataConfig,
  video: z
    .strictObject({ backbone: VideoBackboneConfig, layers: LayerChoice, method })
    .describe("The video side: backbone of its frames and method."),
  text: z
    .strictObject({ backbone: TextBackboneConfig, layers: LayerChoice, method })
    .describe("The text side: backbone and method."),
  logitScale: z
    .number()
    .positive()
    .max(1000)
    .default(100)
    .describe("Factor on the similarities within the loss; it is not trained (CLIP's own is 100)."),
  training: trainingConfig(videoRetrievalSelectors).prefault({}),
});

export type VideoTextRetrievalConfig = z.infer<typeof VideoTextRetrievalConfig>;
