import { z } from "zod";
import { TextTokenizer } from "../../texts/textTokenizer";
import type { GoldenResult } from "../golden/comparison";

const Reference = z.looseObject({
  cases: z.array(z.looseObject({ text: z.string(), ids: z.array(z.int().min(0)) })).min(1),
});

/** No text of a reference is longer. */
const MAX_TOKENS = 100_000;

/**
 * Compares token ids, without start and end tokens, with those that a published tokenizer gave (`<name>-ids.json`). The
 * difference is the number of texts whose ids differ.
 */
export async function checkTokenizer(reference: unknown, tokenizerPath: string): Promise<GoldenResult> {
  const { cases } = Reference.parse(reference);
  const tokenizer = await TextTokenizer.load(tokenizerPath, { maxTokens: MAX_TOKENS, specialTokens: false });
  const wrong = cases.filter(({ text, ids }) => tokenizer.encode(text).join() !== ids.join());
  const [first] = wrong;
  return {
    maxDifference: wrong.length,
    tolerance: 0,
    passed: wrong.length === 0,
    detail:
      first === undefined ? `${cases.length} texts` : `${wrong.length} of ${cases.length} texts, as "${first.text}"`,
  };
}
