import { z } from "zod";
import { EncoderDecoderBackboneConfig } from "../backboneConfig";
import { ExpressionDataConfig } from "../dataConfig";
import { trainingConfig } from "../trainingConfig";
import { common, LayerChoice, method } from "./commonConfig";

/** Visual grounding as in MDETR: the box that an expression means. */
export const VisualGroundingConfig = z.strictObject({
  task: z.literal("visual-grounding").describe("What is learned."),
  ...common,
  data: ExpressionDataConfig,
  joint: z
    .strictObject({ backbone: EncoderDecoderBackboneConfig, layers: LayerChoice, method })
    .describe("The backbone that reads image and expression together, and the method."),
  overlap: z
    .enum(["iou", "giou"])
    .default("iou")
    .describe("Measure of the boxes' overlap in the metrics; the released code calls generalised IoU IoU."),
  training: trainingConfig(["precisionAt1", "precisionAt5", "precisionAt10"]).prefault({}),
});

export type VisualGroundingConfig = z.infer<typeof VisualGroundingConfig>;
