import { z } from "zod";

import { isRecord } from "../files/content";
import { checkValue, id, text } from "../files/checkValue";
import { entriesOf, type Format } from "../files/format";
import type { QuestionRow } from "../questionDataset";
import { scoresByAnswer } from "./answerScores";

const Question = z.object({
  question_id: id,
  img_id: id,
  sent: text,
  label: scoresByAnswer.nullish(),
  answer_type: text.optional().catch(undefined),
});

const example =
  'a question like {"question_id": 1, "img_id": "COCO_train2014_000000458752", "sent": "What is it?", "label": {"a cat": 1}}';

/**
 * VQA v2 and GQA as LXMERT prepared them (data/vqa/train.json, data/gqa/valid.json, …): a list of questions with `img_id`,
 * `sent` and `label`, the soft score of each answer, and in VQA v2 `answer_type`. The files of test questions have no labels; a
 * training question may have an empty one, when all of its answers are rare. Files name no splits: VQA v2 trains on train and
 * nominival.
 */
export const lxmert: Format<QuestionRow> = {
  name: "the JSON of LXMERT for VQA v2 and GQA",
  matches: (source) => {
    const first = entriesOf(source)?.[0]?.value;
    return isRecord(first) && Object.hasOwn(first, "sent") && Object.hasOwn(first, "img_id");
  },
  read: (source, { imageOf, problems }) =>
    (entriesOf(source) ?? []).flatMap(({ place, value }): QuestionRow[] => {
      const question = checkValue(Question, value, { place, problems, example });
      if (!question) return [];
      return [
        {
          place,
          id: question.question_id,
          fileSplit: source.split,
          media: question.img_id,
          candidates: imageOf(question.img_id),
          question: question.sent,
          answers: question.label ?? {},
          type: question.answer_type,
        },
      ];
    }),
};
