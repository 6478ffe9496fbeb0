import { splitNames } from "../../experiment/eventNames";
import type { Split } from "../../experiment/runEvent";
import {
  querySorts,
  retrievalDirections,
  type QuerySort,
  type RetrievalDirection,
} from "../../datasets/retrievalResults";

/** What the user asked: an image or caption of the split, a text typed in, or an image file that was chosen. */
export type Question =
  | { readonly kind: "entry"; readonly index: number }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "file" };

/** What the user of the results browser looks at; kept over reloads. */
export interface ResultsView {
  readonly split: Split;
  readonly direction: RetrievalDirection;
  readonly sort: QuerySort;
  readonly isReversed: boolean;
  readonly filter: string;
  readonly onlyFailures: boolean;
  /** Undefined: the first of the list. */
  readonly question: Question | undefined;
  /** Position of the result that is looked at. */
  readonly selected: number | undefined;
  /** How many results are asked for. */
  readonly count: number;
}

export const firstResultCount = 20;
export const maxResultCount = 200;

const initial: ResultsView = {
  split: "test",
  direction: "textToImage",
  sort: "rank",
  isReversed: false,
  filter: "",
  onlyFailures: false,
  question: undefined,
  selected: undefined,
  count: firstResultCount,
};

/** Reads back what was kept, as far as it makes sense. */
export function readResultsView(saved: Readonly<Record<string, unknown>>): ResultsView {
  const count = position(saved["count"]);
  return {
    split: oneOf(splitNames, saved["split"]) ?? initial.split,
    direction: oneOf(retrievalDirections, saved["direction"]) ?? initial.direction,
    sort: oneOf(querySorts, saved["sort"]) ?? initial.sort,
    isReversed: saved["isReversed"] === true,
    filter: typeof saved["filter"] === "string" ? saved["filter"] : initial.filter,
    onlyFailures: saved["onlyFailures"] === true,
    question: readQuestion(saved["question"]),
    selected: position(saved["selected"]),
    count: count === undefined ? initial.count : Math.min(maxResultCount, Math.max(firstResultCount, count)),
  };
}

/**
 * The view after a change. A question decides its direction; another split or direction ends a question that has no meaning
 * there; another question begins with the first results and none of them chosen.
 */
export function changedView(view: ResultsView, change: Partial<ResultsView>): ResultsView {
  const next = { ...view, ...change };
  const asked = "question" in change;
  const direction = asked ? (directionOf(change.question) ?? next.direction) : next.direction;
  const isElsewhere = next.split !== view.split || direction !== view.direction;
  const question = asked || !isElsewhere || isValidIn(view.question, direction) ? next.question : undefined;
  const isAnother = asked || isElsewhere;
  return {
    ...next,
    direction,
    question,
    selected: isAnother && !("selected" in change) ? undefined : next.selected,
    count: isAnother && !("count" in change) ? firstResultCount : next.count,
  };
}

/** Texts ask for images, image files for captions; entries of the split may be either. */
function directionOf(question: Question | undefined): RetrievalDirection | undefined {
  if (question?.kind === "text") return "textToImage";
  return question?.kind === "file" ? "imageToText" : undefined;
}

/** Positions in one split or direction mean nothing in another. */
function isValidIn(question: Question | undefined, direction: RetrievalDirection): boolean {
  return question?.kind !== "entry" && directionOf(question) === direction;
}

function readQuestion(saved: unknown): Question | undefined {
  if (typeof saved !== "object" || saved === null) return undefined;
  const { kind, index, text } = saved as Readonly<Record<string, unknown>>;
  if (kind === "file") return { kind };
  if (kind === "text" && typeof text === "string" && text !== "") return { kind, text };
  const at = position(index);
  return kind === "entry" && at !== undefined ? { kind, index: at } : undefined;
}

function position(saved: unknown): number | undefined {
  return Number.isSafeInteger(saved) && (saved as number) >= 0 ? (saved as number) : undefined;
}

function oneOf<T extends string>(known: readonly T[], saved: unknown): T | undefined {
  return known.find((value) => value === saved);
}
