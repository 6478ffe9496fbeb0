import { z } from "zod";
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

export const ImageBackboneConfig = z
  .strictObject({
    model,
    hiddenStates,
    embedding,
    preprocessing: PreprocessingConfig.optional(),
    preprocessor: PathText.optional().describe(
      "A preprocessor_config.json as published with the backbone; stands in for `preprocessing`.",
    ),
  })
  .refine(({ preprocessing, preprocessor }) => (preprocessing === undefined) !== (preprocessor === undefined), {
    error: 'exactly one of "preprocessing" and "preprocessor"',
  })
  .describe("The frozen image backbone.");

export const TextBackboneConfig = z
  .strictObject({
    model,
    hiddenStates,
    embedding,
    tokenizer: PathText.describe("The tokenizer.json published with the backbone."),
    maxTokens: z.int().min(1).max(4096).default(64).describe("Longer texts are cut to this many tokens."),
    specialTokens: z
      .boolean()
      .default(true)
      .describe("Add the tokenizer's special tokens, such as [CLS] and [SEP]; they count towards `maxTokens`."),
  })
  .describe("The frozen text backbone.");

export type ImageBackboneConfig = z.infer<typeof ImageBackboneConfig>;
export type TextBackboneConfig = z.infer<typeof TextBackboneConfig>;
