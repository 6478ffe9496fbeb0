import { UserError } from "../../core/errors";
import { questionMetrics } from "../../core/datasets/metrics/questionMetrics";
import { namedFiles } from "../../core/experiment/dataFiles";
import type { QuestionAnsweringConfig } from "../../core/experiment/tasks/questionAnsweringConfig";
import { fromData, numbersOf, type Tensor } from "../../core/graph/tensor";
import { softAnswerLoss } from "../../core/nn/losses/softAnswerLoss";
import { type AnswerModel, buildQuestionAnswering } from "../../core/tasks/questionAnswering";
import type { QuestionItem } from "../datasets/questionDataset";
import type { SideInput } from "../training/sideInput";
import type { Split, TrainingTask } from "../training/trainingTask";

export interface QuestionInputs {
  readonly items: readonly QuestionItem[];
  /** The vocabulary: row `i` of the head scores `answers[i]`. */
  readonly answers: readonly string[];
  readonly model: AnswerModel;
  /** Rows of `items` whose image could be read; the others belong to no split. */
  readonly isUsable: (item: number) => boolean;
  /** Item `i` is `items[i]`. */
  readonly joint: SideInput;
}

/** Name of the graph input that holds the soft score of every answer, [B, answers]. */
const SCORES = "answers.scores";

/** Whether a question has an accepted answer in the vocabulary: there is something to learn from it. */
export function isTrainable({ answers }: Pick<QuestionItem, "answers">, vocabulary: ReadonlySet<string>): boolean {
  return Object.entries(answers).some(([answer, score]) => score > 0 && vocabulary.has(answer));
}

/** Questions of a split, as rows of the items: all whose image can be read; of the training split, those to learn from. */
export function questionRows(
  { items, answers, isUsable }: Pick<QuestionInputs, "items" | "answers" | "isUsable">,
  split: Split,
): Uint32Array {
  const vocabulary = new Set(answers);
  const rows = items.flatMap((item, row) => {
    if (item.split !== split || !isUsable(row)) return [];
    return split === "train" && !isTrainable(item, vocabulary) ? [] : [row];
  });
  return Uint32Array.from(rows);
}

/**
 * Question answering over a fixed list of answers, as LXMERT and CLIP-ViL do for VQA v2 and GQA. The answer with the highest
 * score is the one that is given.
 */
export function questionTask(config: QuestionAnsweringConfig, inputs: QuestionInputs): TrainingTask {
  const { items, answers, model, joint } = inputs;
  const rows: Readonly<Record<Split, Uint32Array>> = {
    train: questionRows(inputs, "train"),
    val: questionRows(inputs, "val"),
    test: questionRows(inputs, "test"),
  };
  checkSplits(config, items, rows);
  const rowOf = new Map(answers.map((answer, row) => [answer, row]));
  const vocabulary = new Set(answers);
  const describe = (row: number): string => {
    const item = items[row];
    return `"${item?.imagePath ?? "?"}" with the question "${item?.question ?? "?"}"`;
  };
  const pick = (split: Split, positions: Uint32Array): Uint32Array =>
    positions.map((position) => rows[split][position] ?? 0);
  let confidenceLayers: readonly string[] = [];
  return {
    trainingSampleCount: rows.train.length,
    buildTraining: (scope, batchSize) => {
      const { g } = scope;
      const { logits, confidence } = buildQuestionAnswering(scope, joint.declare(scope, batchSize), config, model);
      const scores = g.input(SCORES, "float32", [batchSize, answers.length]);
      return {
        loss: softAnswerLoss(g, logits, scores, config.lossScale),
        reports: { ...(confidence && { "joint.confidence": confidence }) },
      };
    },
    readTraining: async (samples, needed, draw) => {
      const batch = pick("train", samples);
      return { ...(await joint.read(batch, needed, draw)), [SCORES]: scoresOf(batch, items, rowOf) };
    },
    passes: [
      {
        name: "joint",
        itemCount: (split) => rows[split].length,
        build: (scope, batchSize) => {
          const built = buildQuestionAnswering(scope, joint.declare(scope, batchSize), config, model);
          confidenceLayers = built.confidenceLayers.map((layer) => joint.layerNames[layer] ?? "?");
          const answer = scope.g.cast(scope.g.argMax(built.logits, 1), "float32"); // [B]
          return { answer, ...(built.confidence && { confidence: built.confidence }) };
        },
        read: (split, positions, needed) => joint.read(pick(split, positions), needed),
        describe: (split, position) => describe(rows[split][position] ?? -1),
      },
    ],
    buildPrediction: (scope, batchSize) => {
      const { logits } = buildQuestionAnswering(scope, joint.declare(scope, batchSize), config, model);
      return { probabilities: scope.g.sigmoid(logits) }; // [B, answers]
    },
    evaluate: (split, { joint: outputs }) => {
      const answer = outputs?.["answer"];
      if (!answer) throw new Error("The pass returns answers.");
      const given = numbersOf(answer).map((row) => answers[row] ?? "");
      const asked = Array.from(rows[split], (row) => items[row]).map((item) => ({
        accepted: item?.answers ?? {},
        type: item?.type,
      }));
      const confidence = outputs["confidence"];
      return {
        metrics: questionMetrics(given, asked, vocabulary),
        confidence: confidence ? { joint: { values: confidence, layers: confidenceLayers } } : {},
      };
    },
    describeTraining: (samples) => Array.from(pick("train", samples), describe).join(", "),
  };
}

function checkSplits(
  { data }: QuestionAnsweringConfig,
  items: readonly QuestionItem[],
  rows: Readonly<Record<Split, Uint32Array>>,
): void {
  for (const split of ["train", "val", "test"] as const) {
    if (rows[split].length === 0)
      throw new UserError(
        `${namedFiles(data)} has no usable question in the split "${split}"; give some rows that split, or set data.split.`,
      );
  }
  if (!rows.val.some((row) => Object.keys(items[row]?.answers ?? {}).length > 0))
    throw new UserError(
      `No question of the split "val" of ${namedFiles(data)} has an answer; the best checkpoint is chosen by them.`,
    );
}

/** Soft scores of the answers in the vocabulary, [B, answers]. */
function scoresOf(
  batch: Uint32Array,
  items: readonly QuestionItem[],
  rowOf: ReadonlyMap<string, number>,
): Tensor<"float32"> {
  const width = rowOf.size;
  const scores = new Float32Array(batch.length * width);
  for (const [at, row] of batch.entries()) {
    for (const [answer, score] of Object.entries(items[row]?.answers ?? {})) {
      const column = rowOf.get(answer);
      if (column !== undefined) scores[at * width + column] = score;
    }
  }
  return fromData("float32", [batch.length, width], scores);
}
