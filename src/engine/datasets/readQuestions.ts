import { UserError } from "../../core/errors";
import type { QuestionDataConfig } from "../../core/experiment/dataConfig";
import { namedFiles } from "../../core/experiment/dataFiles";
import { openSources, type Source } from "./files/content";
import { type Format, mediaFolder, readRows } from "./files/format";
import { ProblemList } from "./problemList";
import type { QuestionDataset, QuestionItem, QuestionRow } from "./questionDataset";
import { readAnswerMap, trainingAnswers } from "./questions/answerVocabulary";
import { gqa } from "./questions/gqa";
import { lxmert } from "./questions/lxmert";
import { ownRows } from "./questions/ownRows";
import { ownTable } from "./questions/ownTable";
import { type AnsweredQuestion, isVqaAnnotations, readVqaAnnotations } from "./questions/vqaAnnotations";
import { vqaQuestions } from "./questions/vqaQuestions";
import { settleSplits } from "./settleSplits";
import { uniqueRows } from "./uniqueRows";
import { withMedia } from "./withMedia";

const formats = (answers: ReadonlyMap<string, AnsweredQuestion>): readonly Format<QuestionRow>[] => [
  lxmert,
  ownRows,
  ownTable,
  vqaQuestions(answers),
  gqa,
];

/**
 * Reads questions about images from one's own files or those of VQA v2 and GQA, found out from their content (docs/data.md lists
 * the formats). Rows that cannot be used are left out and reported; random splits keep the questions of an image together.
 *
 * @throws UserError when a file is missing, of another kind, lacks a column, or no usable question is left
 */
export async function readQuestions(data: QuestionDataConfig, baseDirectory: string): Promise<QuestionDataset> {
  const problems = new ProblemList();
  const folder = mediaFolder(data.images, baseDirectory);
  const votes = new Map<string, AnsweredQuestion>();
  const questions: Source[] = [];
  for await (const source of openSources(data, baseDirectory, problems)) {
    if (isVqaAnnotations(source)) readVqaAnnotations(source, votes, problems);
    else questions.push(source);
  }
  const rows = await readRows(questions, formats(votes), { problems, folder });
  const placed = await withMedia(rows, { noun: "images", key: "data.images" }, problems);
  const named = uniqueRows(settleSplits(placed, data.split, problems), { problems, hasSeveral: true });
  const items = named.map(({ id, path, question, answers, type, split }): QuestionItem => {
    return { id, imagePath: path, question, answers, split, ...(type !== undefined && { type }) };
  });
  if (items.length === 0)
    throw new UserError(
      `${namedFiles(data)} holds no usable question about an image${problems.reason}; see the example in docs/data.md.`,
    );
  const answers =
    data.answers === undefined
      ? trainingAnswers(items, namedFiles(data))
      : await readAnswerMap(data.answers, baseDirectory);
  return { items, answers, problems: problems.problems };
}
