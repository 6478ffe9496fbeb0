import { z } from "zod";
import { querySorts, retrievalDirections } from "../core/datasets/retrievalResults";
import { splitNames } from "../core/experiment/eventNames";
import { maxResultCount } from "../core/views/results/resultsView";

/** Longest text that is searched for, and longest filter. */
export const maxTextLength = 2_000;

/** Most queries that one page of the list holds. */
export const maxPageSize = 200;

const split = z.enum(splitNames);
const direction = z.enum(retrievalDirections);
/** Tells the answers to questions apart. */
const request = z.int().min(0);
const position = z.int().min(0);
const count = z.int().min(1).max(maxResultCount);

/**
 * What the user wants of the results browser beside what every panel offers. Images and captions are named by their position;
 * which file is searched with is chosen in a dialog of the editor: nothing from the page is used as a path.
 */
export const ResultsIntent = z.discriminatedUnion("kind", [
  /** Embed a split, or try again. */
  z.strictObject({ kind: z.literal("openSplit"), split }),
  z.strictObject({ kind: z.literal("cancelLoading") }),
  z.strictObject({ kind: z.literal("showLog") }),
  z.strictObject({
    kind: z.literal("listQueries"),
    request,
    split,
    direction,
    sort: z.enum(querySorts),
    isReversed: z.boolean(),
    filter: z.string().max(maxTextLength),
    onlyFailures: z.boolean(),
    offset: position,
    limit: z.int().min(1).max(maxPageSize),
  }),
  z.strictObject({ kind: z.literal("nearest"), request, split, direction, query: position, count }),
  z.strictObject({ kind: z.literal("searchText"), request, split, text: z.string().min(1).max(maxTextLength), count }),
  /** Search with an image file: one that the user chooses now, or the one chosen before. */
  z.strictObject({ kind: z.literal("searchFile"), request, split, chooses: z.boolean(), count }),
]);
export type ResultsIntent = z.infer<typeof ResultsIntent>;

/** Reads a message of a webview; undefined for anything that is not exactly such an intent. */
export function readResultsIntent(message: unknown): ResultsIntent | undefined {
  const parsed = ResultsIntent.safeParse(message);
  return parsed.success ? parsed.data : undefined;
}
