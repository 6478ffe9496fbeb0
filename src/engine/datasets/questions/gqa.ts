import { z } from "zod";

import { isRecord } from "../files/content";
import { checkValue, id, text } from "../files/checkValue";
import { type Format, jsonOf } from "../files/format";
import type { QuestionRow } from "../questionDataset";
import { fullScores } from "./answerScores";

const Question = z.object({
  question: text,
  imageId: id,
  answer: text.optional(),
  types: z.object({ structural: text }).optional().catch(undefined),
});

const example = 'a question like "201307251": {"question": "Is it red?", "imageId": "2354786", "answer": "yes"}';

/**
 * The original questions of GQA (train_balanced_questions.json, …): an object of questions by id, each with `question`,
 * `imageId` and, outside the test files, `answer`. Images are called by bare numbers.
 */
export const gqa: Format<QuestionRow> = {
  name: "GQA's balanced questions",
  matches: (source) => {
    const value = jsonOf(source);
    const first = isRecord(value) ? firstValue(value) : undefined;
    return isRecord(first) && Object.hasOwn(first, "imageId");
  },
  read: (source, { imageOf, problems }) => {
    const value = jsonOf(source);
    return Object.entries(isRecord(value) ? value : {}).flatMap(([name, entry]): QuestionRow[] => {
      const place = { file: source.path, entry: `question ${name}` };
      const question = checkValue(Question, entry, { place, problems, example });
      if (!question) return [];
      return [
        {
          place,
          id: name,
          fileSplit: source.split,
          media: question.imageId,
          candidates: imageOf(question.imageId),
          question: question.question,
          answers: question.answer === undefined ? {} : fullScores([question.answer]),
          type: question.types?.structural,
        },
      ];
    });
  },
};

function firstValue(object: Readonly<Record<string, unknown>>): unknown {
  for (const key in object) return object[key];
  return undefined;
}
