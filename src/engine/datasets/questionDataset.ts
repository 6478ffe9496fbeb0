import type { AnswerScores } from "../../core/datasets/metrics/answerAccuracy";
import type { Split } from "../../core/experiment/dataFiles";
import type { DataRow, Dataset } from "./dataset";

/** One question about an image. */
export interface QuestionItem {
  /** Stable name, unique within its split: what a submission to an evaluation server calls the question. */
  readonly id: string;
  /** Absolute. */
  readonly imagePath: string;
  readonly question: string;
  /** Soft score in [0, 1] of each accepted answer, those outside the vocabulary included; empty where nothing is known. */
  readonly answers: AnswerScores;
  /** Kind of question or answer, such as "number", where the file tells one. */
  readonly type?: string | undefined;
  readonly split: Split;
}

export interface QuestionDataset extends Dataset<QuestionItem> {
  /** The vocabulary: answer `i` belongs to row `i` of the answer head. */
  readonly answers: readonly string[];
}

/** One row of a file of questions. */
export interface QuestionRow extends DataRow {
  readonly question: string;
  readonly answers: AnswerScores;
  readonly type?: string | undefined;
}
