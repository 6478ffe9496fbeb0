import type { Metrics } from "../../experiment/metrics";
import { answerAccuracy, type AnswerScores } from "./answerAccuracy";

/** What is known of a question that was answered. */
export interface JudgedQuestion {
  readonly accepted: AnswerScores;
  /** Kind of question, where the data tell one. */
  readonly type?: string | undefined;
}

/** Kinds of questions beyond this number are no kinds to compare. */
const MAX_TYPES = 24;

/**
 * Metrics of answers in percent: the accuracy, that of each type of question, and the share of questions with an accepted answer
 * among those to choose from, which accuracy cannot exceed. Questions without any accepted answer are not counted; NaN when
 * that leaves none.
 * @param given the answer to each question, in the order of `questions`
 */
export function questionMetrics(
  given: readonly string[],
  questions: readonly JudgedQuestion[],
  vocabulary: ReadonlySet<string>,
): Metrics {
  const judged = questions.flatMap((question, at) => {
    const answers = Object.keys(question.accepted);
    return answers.length === 0 ? [] : [{ ...question, given: given[at] ?? "", answers }];
  });
  const accuracy = (rows: typeof judged): number =>
    answerAccuracy(
      rows.map((row) => row.given),
      rows.map((row) => row.accepted),
    );
  const byType = new Map<string, typeof judged>();
  for (const row of judged) {
    if (row.type === undefined) continue;
    const rows = byType.get(row.type) ?? [];
    rows.push(row);
    byType.set(row.type, rows);
  }
  const types = [...byType].sort(([a], [b]) => (a < b ? -1 : 1));
  const answerable = judged.filter(({ answers }) => answers.some((answer) => vocabulary.has(answer)));
  return {
    accuracy: accuracy(judged),
    ...(types.length > 1 &&
      types.length <= MAX_TYPES && {
        accuracyByType: Object.fromEntries(types.map(([type, rows]) => [type, accuracy(rows)])),
      }),
    answerable: (100 * answerable.length) / judged.length,
  };
}
