import { z } from "zod";
import { FramesConfig } from "../datasets/framesConfig";
import { PreprocessingConfig } from "../datasets/preprocessing";
import { PathText } from "./names";

const model = PathText.describe("ONNX file of the frozen backbone, relative to this file.");

const hiddenStates = z
  .array(z.union([z.string().min(1), z.int().min(0)]))
  .min(1)
  .optional()
  .describe(
    "Tapped hidden states, low to high: names of values in the ONNX graph, or indices into the list that " +
      "`unipt inspect` prints. All that are found by default.",
  );

const embedding = z
  .string()
  .min(1)
  .optional()
  .describe(
    "Name of the value in the ONNX graph that holds the backbone's own final feature, one vector per item (CLIP's projected " +
      'class or end-of-text token); methods with "anchor": "embedding" start from it.',
  );

const exactlyOnePreprocessing = {
  error: 'exactly one of "preprocessing" and "preprocessor"',
};

function hasOnePreprocessing(backbone: { readonly preprocessing?: unknown; readonly preprocessor?: unknown }): boolean {
  return (backbone.preprocessing === undefined) !== (backbone.preprocessor === undefined);
}

const pixels = {
  preprocessing: PreprocessingConfig.optional(),
  preprocessor: PathText.optional().describe(
    "A preprocessor_config.json as published with the backbone; stands in for `preprocessing`.",
  ),
};

const tokens = {
  tokenizer: PathText.describe("The tokenizer.json published with the backbone."),
  maxTokens: z.int().min(1).max(4096).default(64).describe("Longer texts are cut to this many tokens."),
  specialTokens: z
    .boolean()
    .default(true)
    .describe("Add the tokenizer's special tokens, such as [CLS] and [SEP]; they count towards `maxTokens`."),
};

export const ImageBackboneConfig = z
  .strictObject({ model, hiddenStates, embedding, ...pixels })
  .refine(hasOnePreprocessing, exactlyOnePreprocessing)
  .describe("The frozen image backbone.");

export const VideoBackboneConfig = z
  .strictObject({ model, hiddenStates, embedding, ...pixels, frames: FramesConfig })
  .refine(hasOnePreprocessing, exactlyOnePreprocessing)
  .describe("The frozen image backbone that reads each frame.");

export const TextBackboneConfig = z
  .strictObject({ model, hiddenStates, embedding, ...tokens })
  .describe("The frozen text backbone.");

const sequence = z
  .enum(["text-image", "image-text"])
  .default("text-image")
  .describe("Order of the tokens in the joint sequence: those of the text before those of the image, or after.");

export const JointBackboneConfig = z
  .strictObject({ model, hiddenStates, sequence, ...pixels, ...tokens })
  .refine(hasOnePreprocessing, exactlyOnePreprocessing)
  .describe("The frozen backbone that reads an image and a text as one sequence.");

export const EncoderDecoderBackboneConfig = z
  .strictObject({
    model,
    hiddenStates: z
      .array(z.union([z.string().min(1), z.int().min(0)]))
      .min(1)
      .describe("Tapped hidden states of the encoder, low to high: its input, then the output of each layer."),
    decoderStates: z
      .array(z.string().min(1))
      .min(1)
      .describe("Tapped hidden states of the decoder, low to high: its input, then the output of each layer."),
    sequence,
    ...pixels,
    ...tokens,
  })
  .refine(hasOnePreprocessing, exactlyOnePreprocessing)
  .describe("The frozen encoder and decoder that read an image and a text as one sequence.");

export type ImageBackboneConfig = z.infer<typeof ImageBackboneConfig>;
export type VideoBackboneConfig = z.infer<typeof VideoBackboneConfig>;
export type TextBackboneConfig = z.infer<typeof TextBackboneConfig>;
export type JointBackboneConfig = z.infer<typeof JointBackboneConfig>;
export type EncoderDecoderBackboneConfig = z.infer<typeof EncoderDecoderBackboneConfig>;
export type BackboneConfig =
  ImageBackboneConfig | VideoBackboneConfig | TextBackboneConfig | JointBackboneConfig | EncoderDecoderBackboneConfig;
