import { z } from "zod";
import { ImageAugmentationConfig } from "../../datasets/augmentation/imageAugmentation";
import { WordNoiseConfig } from "../../datasets/augmentation/wordNoise";
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
export const ImageTextRetrievalConfig = z
  .strictObject({
    task: z.literal("image-text-retrieval").describe("What is learned."),
    ...common,
    data: PairDataConfig,
    image: z
      .strictObject({
        backbone: ImageBackboneConfig,
        layers: LayerChoice,
        method,
        augmentation: ImageAugmentationConfig.optional(),
      })
      .describe("The image side: backbone and method."),
    text: z
      .strictObject({
        backbone: TextBackboneConfig,
        layers: LayerChoice,
        method,
        augmentation: WordNoiseConfig.optional(),
      })
      .describe("The text side: backbone and method."),
    pooling: EmbeddingPooling.default("mean"),
    loss: ContrastiveLossConfig.prefault({ name: "info-nce" }).describe("What training minimises."),
    training: trainingConfig(retrievalSelectors).prefault({}),
  })
  .superRefine(({ image, text, features }, context) => {
    if ((image.augmentation || text.augmentation) && features.mode === "cached")
      context.addIssue({
        code: "custom",
        path: ["features", "mode"],
        message: '"streamed", which augmentation needs, since a cache keeps each item once',
      });
  });

export type ImageTextRetrievalConfig = z.infer<typeof ImageTextRetrievalConfig>;
export type ImageTextRetrievalInput = z.input<typeof ImageTextRetrievalConfig>;
