import { resolve } from "node:path";
import { namedFiles } from "../../core/experiment/dataFiles";
import type { QuestionAnsweringConfig } from "../../core/experiment/tasks/questionAnsweringConfig";
import { UserError } from "../../core/errors";
import { answerRows } from "../../core/nn/heads/answerHead";
import type { AnswerModel } from "../../core/tasks/questionAnswering";
import type { DataProblem } from "../datasets/dataset";
import type { QuestionItem } from "../datasets/questionDataset";
import { readAnswerMap } from "../datasets/questions/answerVocabulary";
import { readQuestions } from "../datasets/readQuestions";
import { type JointReading, jointSource } from "../features/jointSource";
import { readModelFile } from "../models/readModelFile";
import { readLayer } from "../models/readWeights";
import { isTrainable, questionTask } from "./questionTask";
import { jointReading } from "./sideFiles";
import type { TaskData } from "./taskData";

/** Questions about images: item `i` of the joint side is `items[i]`. */
export interface QuestionData extends TaskData {
  readonly task: QuestionAnsweringConfig["task"];
  readonly items: readonly QuestionItem[];
  /** The vocabulary, in the order of the head's rows. */
  readonly answers: readonly string[];
  /** How an image and a question become what the backbone reads. */
  reading(): Promise<JointReading>;
}

/** Reads questions about images. @throws UserError when files are missing, hold nothing usable or do not suit the model */
export async function readQuestionData(config: QuestionAnsweringConfig, baseDirectory: string): Promise<QuestionData> {
  const { items, answers, problems } = await readQuestions(config.data, baseDirectory);
  const model = await readAnswerModel(config, answers, baseDirectory);
  return {
    task: config.task,
    items,
    answers,
    problems: [...problems, ...withoutKnownAnswer(config, items, answers)],
    reading: () => jointReading(config.joint.backbone, baseDirectory),
    source: async () =>
      jointSource(
        items.map(({ id, imagePath, question }) => ({ id, imagePath, text: question })),
        await jointReading(config.joint.backbone, baseDirectory),
      ),
    build: (inputs) =>
      questionTask(config, {
        items,
        answers,
        model,
        isUsable: (item) => inputs.has("joint", item),
        joint: inputs.of("joint"),
      }),
  };
}

/** One message on all training questions that cannot be learned from. */
function withoutKnownAnswer(
  config: QuestionAnsweringConfig,
  items: readonly QuestionItem[],
  answers: readonly string[],
): readonly DataProblem[] {
  const vocabulary = new Set(answers);
  const training = items.filter(({ split }) => split === "train");
  const unknown = training.filter((item) => !isTrainable(item, vocabulary)).length;
  if (unknown === 0) return [];
  const message = `${unknown} of ${training.length} training questions have no answer among the ${answers.length} to choose from; they are not trained on`;
  return [{ file: namedFiles(config.data), message }];
}

/** The layers of the backbone's file that the head starts from or is put on. */
async function readAnswerModel(
  { joint, head }: QuestionAnsweringConfig,
  answers: readonly string[],
  baseDirectory: string,
): Promise<AnswerModel> {
  const { pooler, pretrained } = head;
  const answerCount = answers.length;
  if (!pooler && !pretrained) return { answerCount };
  const path = resolve(baseDirectory, joint.backbone.model);
  const { graph } = await readModelFile(path);
  const layer = async (names: Parameters<typeof readLayer>[1] | undefined, key: string) =>
    names && (await readLayer({ path, graph }, names, `head.${key}`));
  return {
    answerCount,
    pooler: await layer(pooler, "pooler"),
    start: {
      hidden: await layer(pretrained?.hidden, "pretrained.hidden"),
      norm: await layer(pretrained?.norm, "pretrained.norm"),
      answers: pretrained && (await pretrainedRows(pretrained, answers)),
    },
  };

  async function pretrainedRows(
    { weight, bias, answers: written }: NonNullable<typeof pretrained>,
    wanted: readonly string[],
  ) {
    const words = await readAnswerMap(written, baseDirectory, "head.pretrained.answers");
    const rows = await readLayer({ path, graph }, { weight, bias }, "head.pretrained");
    if (rows.bias.shape[0] !== words.length)
      throw new UserError(
        `"head.pretrained.answers" lists ${words.length} answers, but "${weight}" of "${path}" has ${rows.bias.shape[0] ?? 0} rows; give the list that belongs to it.`,
      );
    const start = answerRows({ ...rows, words }, wanted);
    if (start.copiedCount === 0)
      throw new UserError(
        `None of the ${wanted.length} answers of the data is among those of "head.pretrained.answers"; leave "head.pretrained" out, or give another list.`,
      );
    return start;
  }
}
