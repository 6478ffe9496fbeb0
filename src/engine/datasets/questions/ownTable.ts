import type { Format } from "../files/format";
import { readTable } from "../files/ownTable";
import type { QuestionRow } from "../questionDataset";
import { fullScores } from "./answerScores";
import { isAnswered } from "./isAnswered";

/** One's own questions as a table; several right answers stand in one cell, separated by "|". */
export const ownTable: Format<QuestionRow> = {
  name: "CSV with the columns image, question, answer and split",
  matches: ({ content }) => content.kind === "table",
  read: (source, { imageOf, problems }) => {
    const columns = { image: ["image"], question: ["question"], answer: ["answer", "answers"] };
    return readTable(source, columns, { problems, optional: ["answer"] })
      .map(({ place, cells, id, split }): QuestionRow => {
        const answers = cells.answer.split("|").map((answer) => answer.trim());
        return {
          place,
          id,
          split,
          fileSplit: source.split,
          media: cells.image,
          candidates: imageOf(cells.image),
          question: cells.question,
          answers: fullScores(answers.filter((answer) => answer !== "")),
        };
      })
      .filter((row) => isAnswered(row, problems));
  },
};
