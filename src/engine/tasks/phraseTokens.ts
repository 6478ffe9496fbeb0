import { spanTokens } from "../../core/datasets/spanTokens";
import type { ExpressionItem, TextSpan } from "../datasets/expressionDataset";
import type { TextTokenizer } from "../texts/textTokenizer";

/** Positions of the tokens that speak of an expression's box, in rising order; empty where they were all cut off. */
export function phraseTokens(
  { caption, spans }: Pick<ExpressionItem, "caption" | "spans">,
  tokenizer: Pick<TextTokenizer, "encodeWithOffsets">,
): number[] {
  const { offsets } = tokenizer.encodeWithOffsets(caption);
  const found = new Set<number>();
  for (const span of spans) {
    const [first, end] = spanTokens(offsets, inCodePoints(caption, span)) ?? [0, 0];
    for (let token = first; token < end; token++) found.add(token);
  }
  return [...found].sort((a, b) => a - b);
}

/** Tokenizers count code points, of which some take two of the units in which JavaScript counts. */
function inCodePoints(text: string, [begin, end]: TextSpan): TextSpan {
  const before = Array.from(text.slice(0, begin)).length;
  return [before, before + Array.from(text.slice(begin, end)).length];
}
