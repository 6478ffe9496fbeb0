import type { z } from "zod";
import type { QuestionAnsweringInput } from "./tasks/questionAnsweringConfig";
import type { VideoTextRetrievalConfig } from "./tasks/videoTextRetrievalConfig";
import type { VisualGroundingInput } from "./tasks/visualGroundingConfig";

/** Published settings of the tasks that have one each. */
export const taskPresetNames = ["clip4clip", "clip-vil", "mdetr"] as const;
export type TaskPresetName = (typeof taskPresetNames)[number];

/** Files of an experiment, relative to the one that is written. */
export interface TaskFiles {
  readonly name: string;
  /** Clips, questions or expressions. */
  readonly data: string;
  /** The backbone of frames, or the one that reads image and text together. */
  readonly model: string;
  /** The text backbone of video retrieval. */
  readonly textModel: string;
  readonly tokenizer: string;
  readonly seeds: readonly number[];
}

/** An experiment as published, but for its files. Names of values of the model are those of docs/backbones.md. */
export function taskExperiment(preset: TaskPresetName, files: TaskFiles): object {
  const rest = { features: { mode: "cached", dtype: "float16" }, seeds: [...files.seeds], device: "auto" } as const;
  if (preset === "clip4clip") return { ...clip4Clip(files), ...rest };
  return preset === "clip-vil" ? { ...clipVil(files), ...rest } : { ...mdetr(files), ...rest };
}

/**
 * UniPT on CLIP4Clip (Diao et al., CVPR 2024; Paranioar/UniPT, CLIP4Clip; MSR-VTT and MSVD): BertAdam 1e-4 with decay 0.2, 5
 * epochs of batches of 128, 12 frames at one a second, logits scaled by 100.
 */
function clip4Clip({ name, data, model, textModel, tokenizer }: TaskFiles): z.input<typeof VideoTextRetrievalConfig> {
  return {
    name,
    task: "video-text-retrieval",
    data: { clips: data },
    video: {
      backbone: {
        model,
        embedding: "embedding",
        preprocessing: { preset: "clip4clip" },
        frames: { perSecond: 1, count: 12 },
      },
      method: { name: "unipt", preset: "clip4clip-image" },
    },
    text: {
      backbone: { model: textModel, embedding: "embedding", tokenizer, maxTokens: 32 },
      method: { name: "unipt", preset: "clip4clip-text" },
    },
    logitScale: 100,
    training: {
      epochs: 5,
      batchSize: 128,
      optimizer: { name: "bert-adam", learningRate: 1e-4, weightDecay: 0.2 },
      schedule: { name: "bert-cosine", warmupFraction: 0.1 },
      gradientClip: 1,
      evaluateEveryEpochs: 1,
      selectBy: "textToVideo.recallAt1",
    },
  };
}

/**
 * UniPT on CLIP-ViL (Diao et al., CVPR 2024; Paranioar/UniPT, CLIP-ViL; VQA v2, whose learning rate is 5e-4; GQA takes 1e-4):
 * AdamW of transformers, linear warm-up over 5 % of the updates, 5 epochs, 8 batches of 128 per update, loss × 500, clip 1.
 */
function clipVil({ name, data, model, tokenizer }: TaskFiles): QuestionAnsweringInput {
  return {
    name,
    task: "visual-question-answering",
    data: { questions: data },
    joint: {
      backbone: { model, preprocessing: { preset: "clip-vil" }, tokenizer, maxTokens: 20 },
      method: { name: "unipt", preset: "clip-vil" },
    },
    head: { pooler: { weight: "pooler.weight", bias: "pooler.bias" } },
    lossScale: 500,
    training: {
      epochs: 5,
      batchSize: 128,
      accumulate: 8,
      optimizer: {
        name: "adamw",
        form: "transformers",
        learningRate: 5e-4,
        epsilon: 1e-6,
        weightDecay: 0.01,
        noDecay: ["bias"],
      },
      schedule: { name: "warmup-linear", warmupFraction: 0.05 },
      gradientClip: 1,
      evaluateEveryEpochs: 1,
    },
  };
}

/**
 * UniPT on MDETR (Diao et al., CVPR 2024; Paranioar/UniPT, MDETR; RefCOCO, RefCOCO+, RefCOCOg): the side network at 5e-4 and the
 * pre-trained heads at a tenth, ×0.1 after epoch 5 of 10, batches of 8, global clip 0.1, averages with 0.9998, overlap measured
 * by generalised IoU. The released code also resizes and crops at random while training.
 */
function mdetr({ name, data, model, tokenizer }: TaskFiles): VisualGroundingInput {
  const states = (of: string): string[] => Array.from({ length: 7 }, (_, layer) => `${of}.${layer}`);
  return {
    name,
    task: "visual-grounding",
    data: { expressions: data },
    joint: {
      backbone: {
        model,
        hiddenStates: states("encoder"),
        decoderStates: states("decoder"),
        preprocessing: { preset: "mdetr" },
        sequence: "image-text",
        tokenizer,
        maxTokens: 128,
      },
      method: { name: "unipt", preset: "mdetr" },
    },
    heads: { slots: 256, alignmentDim: 64 },
    tokenMap: "ones",
    overlap: "giou",
    training: {
      epochs: 10,
      batchSize: 8,
      optimizer: {
        name: "adamw",
        learningRate: 5e-4,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weightDecay: 1e-4,
        groups: [{ contains: ["heads."], learningRateFactor: 0.1 }],
      },
      schedule: { name: "step-decay", atEpochs: [5], factor: 0.1 },
      gradientClip: 0.1,
      averageDecay: 0.9998,
      evaluateEveryEpochs: 1,
      selectBy: "precisionAt1",
    },
  };
}
