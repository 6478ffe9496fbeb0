import type { ImageTextRetrievalInput } from "./tasks/imageTextRetrievalConfig";

/** The part of an experiment that a published setting fixes: all but names, files and seeds. */
export interface ExperimentPreset {
  readonly imagePreprocessing: NonNullable<ImageTextRetrievalInput["image"]["backbone"]["preprocessing"]>;
  readonly maxTokens: number;
  readonly imageMethod: ImageTextRetrievalInput["image"]["method"];
  readonly textMethod: ImageTextRetrievalInput["text"]["method"];
  readonly pooling: NonNullable<ImageTextRetrievalInput["pooling"]>;
  readonly loss: NonNullable<ImageTextRetrievalInput["loss"]>;
  readonly training: NonNullable<ImageTextRetrievalInput["training"]>;
}

export const experimentPresets = {
  /**
   * UniPT on VSE∞ (Diao et al., CVPR 2024; Paranioar/UniPT, VSE-infty, same for Flickr30K and MS-COCO): AdamW 5e-4 with decay
   * 1e-4, ×0.1 at epoch 15 of 25, batch 112, global clip 2, hinge with margin 0.2, GPO pooling, selection by rSum. ImageNet's
   * normalisation of 512 × 512 images. The released code also augments images and texts and cuts no text; cached features allow neither.
   */
  "vse-infinity": {
    imagePreprocessing: {
      size: [512, 512],
      resize: "exact",
      kernel: "bilinear",
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
      layout: "NCHW",
    },
    maxTokens: 128,
    imageMethod: { name: "unipt", preset: "vse-infinity-cnn" },
    textMethod: { name: "unipt", preset: "vse-infinity-text" },
    pooling: "gpo",
    loss: { name: "triplet", margin: 0.2, negatives: "staged" },
    training: {
      epochs: 25,
      batchSize: 112,
      optimizer: { name: "adamw", learningRate: 5e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 1e-4 },
      schedule: { name: "step-decay", atEpochs: [15], factor: 0.1 },
      gradientClip: 2,
      evaluateEveryEpochs: 1,
      selectBy: "rSum",
    },
  },
  /** A setting for small data of one's own: UniPT on the images, a linear probe on the texts, InfoNCE. */
  small: {
    imagePreprocessing: {
      size: [224, 224],
      resize: "shortest-edge",
      kernel: "bicubic",
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
      layout: "NCHW",
    },
    maxTokens: 64,
    imageMethod: { name: "unipt", embedDim: 256, reductionFactor: 2 },
    textMethod: { name: "linear-probe", embedDim: 256 },
    pooling: "mean",
    loss: { name: "info-nce" },
    training: {
      epochs: 20,
      batchSize: 128,
      optimizer: { name: "adamw", learningRate: 2e-3, weightDecay: 0.01 },
      schedule: { name: "warmup-cosine", warmupEpochs: 1 },
      gradientClip: 2,
      evaluateEveryEpochs: 2,
    },
  },
} as const satisfies Readonly<Record<string, ExperimentPreset>>;

export type ExperimentPresetName = keyof typeof experimentPresets;
