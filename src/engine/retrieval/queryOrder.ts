import type { QueryRanks } from "../../core/datasets/metrics/queryRanks";
import type { QuerySort } from "../../core/datasets/retrievalResults";
import type { ListQueriesRequest } from "../../protocol/retrieval";

/**
 * Positions of the queries that the filter leaves, in the order asked for; the queries that fail worst come first by default.
 * @param words what of a query the filter looks at, and what is sorted by name
 */
export function orderQueries(
  ranks: QueryRanks,
  words: (index: number) => string,
  {
    sort,
    isReversed,
    filter,
    onlyFailures,
  }: Pick<ListQueriesRequest, "sort" | "isReversed" | "filter" | "onlyFailures">,
): number[] {
  const wanted = filter?.trim().toLowerCase() ?? "";
  const left = [...ranks.ranks.keys()].filter(
    (index) =>
      (onlyFailures !== true || (ranks.ranks[index] ?? 0) > 1) &&
      (wanted === "" || words(index).toLowerCase().includes(wanted)),
  );
  const compare = comparer(sort, ranks, words);
  left.sort((a, b) => compare(a, b) || a - b);
  return isReversed === true ? left.reverse() : left;
}

function comparer(
  sort: QuerySort,
  { ranks, rightScores, wrongScores }: QueryRanks,
  words: (index: number) => string,
): (a: number, b: number) => number {
  const margin = (index: number): number => (rightScores[index] ?? Number.NaN) - (wrongScores[index] ?? Number.NaN);
  switch (sort) {
    case "rank":
      // Failures of one rank: the one that misses by most comes first.
      return (a, b) => byNumber(ranks[b], ranks[a]) || byNumber(margin(a), margin(b));
    case "margin":
      return (a, b) => byNumber(margin(a), margin(b));
    case "score":
      return (a, b) => byNumber(rightScores[a], rightScores[b]);
    case "name":
      return (a, b) => compareTexts(words(a), words(b));
    case "dataOrder":
      return () => 0;
  }
}

/** What is not a number counts as the smallest. */
function byNumber(a = Number.NaN, b = Number.NaN): number {
  const [x, y] = [a, b].map((value) => (Number.isNaN(value) ? -Infinity : value));
  return x === y ? 0 : (x ?? 0) < (y ?? 0) ? -1 : 1;
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
