import { z } from "zod";

import { type AnswerScores, softScores } from "../../../core/datasets/metrics/answerAccuracy";
import { isRecord, type Source } from "../files/content";
import { checkValue, id, text } from "../files/checkValue";
import { firstIn, jsonOf, listIn } from "../files/format";
import type { ProblemList } from "../problemList";

/** Ten million answers: checked in place, not copied. */
const Answers = z.custom<readonly { readonly answer: string }[]>(
  (value) => Array.isArray(value) && value.every((one: unknown) => isRecord(one) && typeof one["answer"] === "string"),
  { error: "a list of answers" },
);

const Annotation = z.object({ question_id: id, answers: Answers, answer_type: text.optional().catch(undefined) });

const example = 'an annotation like {"question_id": 458752000, "answers": [{"answer": "a cat"}, …]}';

/** What an annotation says of a question. */
export interface AnsweredQuestion {
  readonly scores: AnswerScores;
  /** "yes/no", "number" or "other". */
  readonly type: string | undefined;
}

/** Whether a file holds annotations of VQA v2, which belong to questions in another file. */
export function isVqaAnnotations(source: Source): boolean {
  const first = firstIn(jsonOf(source), "annotations");
  return first?.["question_id"] !== undefined && Array.isArray(first["answers"]);
}

/**
 * Adds to `answers` those of a file of original annotations of VQA v2 (v2_mscoco_train2014_annotations.json, …). Ten people
 * answered each question; an answer that n of them gave scores min(1, 0.3 · n), the targets that CLIP-ViL trains on. Answers count
 * as equal when their texts do, letter by letter: as in those targets, punctuation and articles are left as the file has them,
 * while the evaluation server of VQA evens them out first. Answers outside the vocabulary keep their scores and are never given.
 */
export function readVqaAnnotations(
  source: Source,
  answers: Map<string, AnsweredQuestion>,
  problems: ProblemList,
): void {
  const value = jsonOf(source);
  for (const { place, value: entry } of isRecord(value) ? listIn(source, value, "annotations") : []) {
    const annotation = checkValue(Annotation, entry, { place, problems, example });
    if (!annotation) continue;
    const name = annotation.question_id;
    if (answers.has(name)) problems.add(place, `the question ${name} is annotated twice; the first annotation counts`);
    else {
      const scores = softScores(countVotes(annotation.answers.map(({ answer }) => answer)));
      answers.set(name, { scores, type: annotation.answer_type });
    }
  }
}

function countVotes(answers: readonly string[]): Readonly<Record<string, number>> {
  const votes = new Map<string, number>();
  for (const answer of answers) votes.set(answer, (votes.get(answer) ?? 0) + 1);
  return Object.fromEntries(votes);
}
