import { z } from "zod";
import { ContrastiveLossConfig } from "../../nn/losses/contrastiveLoss";
import { EmbeddingPooling } from "../../tasks/imageTextRetrieval";
import { ImageBackboneConfig, TextBackboneConfig } from "../backboneConfig";
import { PairDataConfig } from "../dataConfig";
import { trainingConfig } from "../trainingConfig";
import { common, LayerChoice, method } from "./commonConfig";

/** Metrics of retrieval that can select a checkpoint; dotted paths into the metrics of an evaluation. */
export const retrievalSelectors = [
  "rSum",
  "imageToText.recallAt1",
  "imageToText.recallAt5",
  "imageToText.recallAt10",
  "textToImage.recallAt1",
  "textToImage.recallAt5",
  "textToImage.recallAt10",
] as const;

/** Image-text retrieval: each side embeds into one space, compared by cosine. */
export const ImageTextRetrievalConfig = z.strictObject({
  task: z.literal("image-text-retrieval").describe("What is learned."),
  ...common,
  data: PairDataConfig,
  image: z
    .strictObject({ backbone: ImageBackboneConfig, layers: LayerChoice, method })
    .describe("The image side: backbone and method."),
  text: z
    .strictObject({ backbone: TextBackboneConfig, layers: LayerChoice, method })
    .describe("The text side: backbone and method."),
  pooling: EmbeddingPooling.default("mean"),
  loss: ContrastiveLossConfig.prefault({ name: "info-nce" }).describe("What training minimises."),
  training: trainingConfig(retrievalSelectors).prefault({}),
});

export type ImageTextRetrievalConfig = z.infer<typeof ImageTextRetrievalConfig>;
export type ImageTextRetrievalInput = z.input<typeof ImageTextRetrievalConfig>;
