import { z } from "zod";
import { JointBackboneConfig } from "../backboneConfig";
import { QuestionDataConfig } from "../dataConfig";
import { PathText } from "../names";
import { trainingConfig } from "../trainingConfig";
import { common, LayerChoice, method } from "./commonConfig";

const weightAndBias = {
  weight: z.string().min(1).describe("Name of the weight among the backbone's initializers."),
  bias: z.string().min(1).describe("Name of the bias among the backbone's initializers."),
};

/** The answer head of CLIP-ViL and what it starts from. */
const HeadConfig = z
  .strictObject({
    pooler: z
      .strictObject(weightAndBias)
      .optional()
      .describe("A linear layer of the backbone that stays frozen between the first token and the head."),
    pretrained: z
      .strictObject({
        ...weightAndBias,
        answers: PathText.describe("JSON list of the answers that the rows belong to, or map from answer to row."),
        hidden: z
          .strictObject(weightAndBias)
          .optional()
          .describe("The pre-trained head's first linear layer; a random start by default."),
        norm: z.strictObject(weightAndBias).optional().describe("The pre-trained head's layer norm."),
      })
      .optional()
      .describe(
        "A pre-trained answer layer among the backbone's initializers: rows of the same answers are copied, others are 0.",
      ),
  })
  .describe("The answer head: linear, GELU, layer norm, linear, on the first token.");

const shared = {
  ...common,
  data: QuestionDataConfig,
  joint: z
    .strictObject({ backbone: JointBackboneConfig, layers: LayerChoice, method })
    .describe("The backbone that reads image and question together, and the method."),
  head: HeadConfig.prefault({}),
  lossScale: z
    .number()
    .positive()
    .default(1)
    .describe("Factor on the loss before the gradient is clipped; the published setting is 500."),
  training: trainingConfig(["accuracy"]).prefault({}),
};

/** Visual question answering as in CLIP-ViL: soft scores of a fixed list of answers. */
export const VisualQuestionAnsweringConfig = z.strictObject({
  task: z.literal("visual-question-answering").describe("What is learned."),
  ...shared,
});

/** Compositional question answering (GQA): the same model; one answer is right. */
export const CompositionalQuestionAnsweringConfig = z.strictObject({
  task: z.literal("compositional-question-answering").describe("What is learned."),
  ...shared,
});

export type VisualQuestionAnsweringConfig = z.infer<typeof VisualQuestionAnsweringConfig>;
export type CompositionalQuestionAnsweringConfig = z.infer<typeof CompositionalQuestionAnsweringConfig>;
/** What both question tasks share. */
export type AnswerHeadConfig = z.infer<typeof HeadConfig>;
/** As written in a file: keys with defaults may be missing. */
export type QuestionAnsweringInput = z.input<typeof VisualQuestionAnsweringConfig>;
export type QuestionAnsweringConfig = VisualQuestionAnsweringConfig | CompositionalQuestionAnsweringConfig;
