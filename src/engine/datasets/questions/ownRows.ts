import { z } from "zod";

import { checkValue, id, text } from "../files/checkValue";
import { entriesOf, type Format } from "../files/format";
import type { QuestionRow } from "../questionDataset";
import { answerScores } from "./answerScores";
import { isAnswered } from "./isAnswered";

const Row = z.object({
  id: id.optional(),
  image: text,
  question: text,
  answer: answerScores.optional(),
  answers: answerScores.optional(),
  type: text.optional(),
  split: text.optional(),
});

const example = 'a row like {"image": "photo.jpg", "question": "What colour is it?", "answer": "red"}';

/**
 * One's own questions, as JSON Lines or a JSON list. `answer` or `answers` is a text, a list of texts that are all right, or
 * scores by answer; only questions of the split "test" may lack it. `type` is a kind of question whose accuracy is told apart. Unknown keys are ignored.
 */
export const ownRows: Format<QuestionRow> = {
  name: 'JSON Lines with rows like {"image": "photo.jpg", "question": "What colour is it?", "answer": "red", "split": "train"}',
  matches: (source) => entriesOf(source) !== undefined,
  read: (source, { imageOf, problems }) =>
    (entriesOf(source) ?? []).flatMap(({ place, value }): QuestionRow[] => {
      const row = checkValue(Row, value, { place, problems, example });
      if (!row) return [];
      const question: QuestionRow = {
        place,
        id: row.id,
        split: row.split,
        fileSplit: source.split,
        media: row.image,
        candidates: imageOf(row.image),
        question: row.question,
        answers: row.answers ?? row.answer ?? {},
        type: row.type,
      };
      return isAnswered(question, problems) ? [question] : [];
    }),
};
