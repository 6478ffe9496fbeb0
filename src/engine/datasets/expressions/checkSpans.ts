import type { TextSpan } from "../expressionDataset";

/**
 * Spans of a caption in UTF-16 units, as JavaScript counts, from spans in characters, as Python does (an emoji is one
 * character); the whole caption for none. A sentence where one is no span of the caption.
 */
export function checkSpans(spans: readonly (readonly number[])[], caption: string): readonly TextSpan[] | string {
  if (spans.length === 0) return [[0, caption.length]];
  const starts = characterStarts(caption);
  const characters = starts.length - 1;
  const checked: TextSpan[] = [];
  for (const span of spans) {
    const [begin = NaN, end = NaN] = span;
    const isWithin = Number.isInteger(begin) && Number.isInteger(end) && 0 <= begin && begin < end && end <= characters;
    if (span.length !== 2 || !isWithin)
      return `the span [${span.join(", ")}] is not within the ${characters} characters of its text; write [begin, end) from 0`;
    checked.push([starts[begin] ?? 0, starts[end] ?? caption.length]);
  }
  return checked;
}

/** Where each character of a text starts, and where the last one ends. */
function characterStarts(text: string): readonly number[] {
  const starts = [0];
  for (const character of text) starts.push((starts.at(-1) ?? 0) + character.length);
  return starts;
}
