import type { Place } from "../dataset";
import type { ExpressionRow } from "../expressionDataset";
import type { ProblemList } from "../problemList";
import { checkBox } from "./checkBox";
import { checkSpans } from "./checkSpans";

/** A row whose box and spans are still as the file has them. */
export interface WrittenExpression extends Omit<ExpressionRow, "box" | "spans"> {
  readonly box: readonly number[];
  readonly spans: readonly (readonly number[])[];
}

/** A row with its box and spans checked; none, and a problem, where they are wrong. */
export function expressionRows(row: WrittenExpression, problems: ProblemList): readonly ExpressionRow[] {
  const report = (place: Place, problem: string): readonly ExpressionRow[] => {
    problems.add(place, problem);
    return [];
  };
  const box = checkBox(row.box, row.imageSize);
  if (typeof box === "string") return report(row.place, box);
  const spans = checkSpans(row.spans, row.caption);
  if (typeof spans === "string") return report(row.place, spans);
  return [{ ...row, box, spans }];
}
