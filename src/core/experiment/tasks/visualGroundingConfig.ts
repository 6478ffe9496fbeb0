import { z } from "zod";
import { type GroundingLayer, groundingLayers } from "../../nn/heads/groundingHeads";
import { EncoderDecoderBackboneConfig } from "../backboneConfig";
import { ExpressionDataConfig } from "../dataConfig";
import { trainingConfig } from "../trainingConfig";
import { common, LayerChoice, method } from "./commonConfig";

const layerNames = z
  .strictObject({
    weight: z.string().min(1).describe("Name of the weight among the backbone's initializers."),
    bias: z.string().min(1).describe("Name of the bias among the backbone's initializers."),
  })
  .optional();

const layerDescriptions: Readonly<Record<GroundingLayer, string>> = {
  classHead: "Scores of the token slots (class_embed of the published checkpoint).",
  "boxHead.0": "First layer of the box (bbox_embed.layers.0).",
  "boxHead.1": "Second layer of the box (bbox_embed.layers.1).",
  "boxHead.2": "Last layer of the box (bbox_embed.layers.2).",
  queryProjection: "Queries into the space that they share with tokens (contrastive_align_projection_image).",
  tokenProjection: "Tokens into that space (contrastive_align_projection_text).",
};

const PretrainedHeads = z.strictObject(
  Object.fromEntries(groundingLayers.map((name) => [name, layerNames.describe(layerDescriptions[name])])) as Record<
    GroundingLayer,
    typeof layerNames
  >,
);

/** MDETR's heads and what they start from. */
const HeadsConfig = z
  .strictObject({
    slots: z
      .int()
      .min(2)
      .max(1024)
      .default(256)
      .describe(
        "Outputs of the class head: a slot for each token of the text that boxes may belong to, and one for no object.",
      ),
    alignmentDim: z.int().min(1).max(4096).default(64).describe("Width of the space that queries and tokens share."),
    pretrained: PretrainedHeads.optional().describe(
      "Layers that start as those of the backbone's file, by name; the others start at random.",
    ),
  })
  .describe("The heads: classes of queries, boxes, and the projections of queries and tokens into one space.");

/** Visual grounding as in MDETR: the box that an expression means. */
export const VisualGroundingConfig = z.strictObject({
  task: z.literal("visual-grounding").describe("What is learned."),
  ...common,
  data: ExpressionDataConfig,
  joint: z
    .strictObject({ backbone: EncoderDecoderBackboneConfig, layers: LayerChoice, method })
    .describe("The backbone that reads image and expression together, and the method."),
  heads: HeadsConfig.prefault({}),
  tokenMap: z
    .enum(["ones", "shares"])
    .default("ones")
    .describe(
      "What the class head is to say of a box whose phrase has several tokens: 1 for each, as the released code's batching leaves it, " +
        "or shares that add up to 1.",
    ),
  overlap: z
    .enum(["iou", "giou"])
    .default("iou")
    .describe("Measure of the boxes' overlap in the metrics; the released code calls generalised IoU IoU."),
  training: trainingConfig(["precisionAt1", "precisionAt5", "precisionAt10", "meanIou"]).prefault({}),
});

export type GroundingHeadsConfig = z.infer<typeof HeadsConfig>;
export type VisualGroundingConfig = z.infer<typeof VisualGroundingConfig>;
export type VisualGroundingInput = z.input<typeof VisualGroundingConfig>;
