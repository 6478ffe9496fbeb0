import { z } from "zod";

import { isRecord, type Source } from "../files/content";
import { checkValue, id, text } from "../files/checkValue";
import { firstIn, type Format, jsonOf, listIn } from "../files/format";
import type { QuestionRow } from "../questionDataset";
import type { AnsweredQuestion } from "./vqaAnnotations";

const imageNumber = z.custom<number>(
  (value) => Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 1e12,
  {
    error: "a whole number of at most twelve digits",
  },
);

const Question = z.object({ question_id: id, image_id: imageNumber, question: text });

const example = 'a question like {"question_id": 458752000, "image_id": 458752, "question": "What is it?"}';

/**
 * The original questions of VQA v2 (v2_OpenEnded_mscoco_train2014_questions.json, …): `questions[]` with `question_id`,
 * `image_id` and `question`, whose images are called after `data_subtype`. Their answers come from the annotation files named
 * beside them. Where the experiment gives the file no split, train2014 is for training, val2014 for validation, others for
 * testing.
 * @param answers by question, of all annotation files that the experiment names
 */
export function vqaQuestions(answers: ReadonlyMap<string, AnsweredQuestion>): Format<QuestionRow> {
  return {
    name: "the original questions and annotations of VQA v2",
    matches: (source) => firstIn(jsonOf(source), "questions")?.["question_id"] !== undefined,
    read: (source, { imageOf, problems }) => {
      const value = jsonOf(source);
      if (!isRecord(value)) return [];
      const subset = subsetOf(source, value);
      let unanswered = 0;
      const rows = listIn(source, value, "questions").flatMap(({ place, value: entry }): QuestionRow[] => {
        const question = checkValue(Question, entry, { place, problems, example });
        if (!question) return [];
        const known = answers.get(question.question_id);
        if (!known) unanswered++;
        const media = `${subset.prefix}_${String(question.image_id).padStart(12, "0")}`;
        return [
          {
            place,
            id: question.question_id,
            split: source.split === undefined ? subset.split : undefined,
            fileSplit: source.split,
            media,
            candidates: imageOf(media),
            question: question.question,
            answers: known?.scores ?? {},
            type: known?.type,
          },
        ];
      });
      if (unanswered > 0 && (source.split ?? subset.split) !== "test")
        problems.add(
          { file: source.path },
          `${unanswered} of ${rows.length} questions have no annotation; list the annotation file beside this one in "data.questions"`,
        );
      return rows;
    },
  };
}

interface Subset {
  /** Of image names: "COCO_train2014". */
  readonly prefix: string;
  readonly split: string;
}

function subsetOf({ path }: Source, value: Readonly<Record<string, unknown>>): Subset {
  const subtype = value["data_subtype"];
  const named = typeof subtype === "string" ? subtype : path;
  // test-dev2015 asks about images of test2015.
  const [, kind = "test", year = "2015"] = /(train|val|test)(?:-dev)?(\d{4})/.exec(named) ?? [];
  const type = value["data_type"];
  const family = typeof type === "string" && type !== "mscoco" ? type : "COCO";
  return { prefix: `${family}_${kind}${year}`, split: kind };
}
