import { splitOf } from "../assignSplits";
import type { ProblemList } from "../problemList";
import type { QuestionRow } from "../questionDataset";

/** Whether a row of one's own has an answer where it must: everywhere but in the test split. Reports those that lack it. */
export function isAnswered({ place, answers, split, fileSplit }: QuestionRow, problems: ProblemList): boolean {
  if (Object.keys(answers).length > 0 || splitOf(fileSplit ?? split ?? "") === "test") return true;
  problems.add(place, 'has no "answer", which only questions of the split "test" may lack; write one');
  return false;
}
