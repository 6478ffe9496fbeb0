import { z } from "zod";

import type { AnswerScores } from "../../../core/datasets/metrics/answerAccuracy";
import { text } from "../files/checkValue";
import { isRecord } from "../files/content";

/** A score in [0, 1] for each answer, as LXMERT labels questions. */
export const scoresByAnswer = z.custom<AnswerScores>(
  (value) => isRecord(value) && Object.values(value).every(isScore),
  { error: "scores from 0 to 1 by answer" },
);

/** Counts are often written as numbers. */
const answer = z.union([text, z.number().transform(String)]);

/** One right answer, a list of answers that are all right, or a score from 0 to 1 for each. */
export const answerScores = z.union(
  [
    answer.transform((only) => fullScores([only])),
    z.array(answer).min(1, { error: "answers" }).transform(fullScores),
    scoresByAnswer,
  ],
  { error: "an answer, a list of answers, or scores from 0 to 1 by answer" },
);

/** Full score for each of the answers. */
export function fullScores(answers: readonly string[]): AnswerScores {
  return Object.fromEntries(answers.map((only) => [only, 1]));
}

function isScore(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= 1;
}
