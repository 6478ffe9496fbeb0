/** [begin, end) */
export type Span = readonly [begin: number, end: number];

/**
 * The tokens that a span of characters covers, [first, after last), as MDETR maps the phrase of a box to RoBERTa's tokens:
 * from the token that has the first character to the one that has the last. Where that character belongs to no token, as a
 * space does, one and then two characters further in are tried.
 *
 * @param offsets of each token, in the same unit as `span`; undefined for special tokens
 * @returns undefined where either end is in no token
 */
export function spanTokens(offsets: readonly (Span | undefined)[], [begin, end]: Span): Span | undefined {
  const tokenAt = (character: number): number | undefined => {
    const found = offsets.findIndex((token) => token && token[0] <= character && character < token[1]);
    return found < 0 ? undefined : found;
  };
  const first = tokenAt(begin) ?? tokenAt(begin + 1) ?? tokenAt(begin + 2);
  const last = tokenAt(end - 1) ?? tokenAt(end - 2) ?? tokenAt(end - 3);
  return first === undefined || last === undefined || last < first ? undefined : [first, last + 1];
}
