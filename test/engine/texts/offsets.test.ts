import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { spanTokens } from "../../../src/core/datasets/spanTokens";
import { alignTokens } from "../../../src/engine/texts/alignTokens";
import { normalizedBytes } from "../../../src/engine/texts/normalizedBytes";
import { TextTokenizer } from "../../../src/engine/texts/textTokenizer";
import { byteLevelBpe, clipBpe, unigram, wordPiece } from "./tokenizers";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "offsets-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function load(content: object, maxTokens = 32): Promise<TextTokenizer> {
  const path = join(folder, "tokenizer.json");
  writeFileSync(path, JSON.stringify(content));
  return TextTokenizer.load(path, { maxTokens, specialTokens: true });
}

const none = undefined;

describe("encodeWithOffsets", () => {
  test("WordPiece: lower case, dropped accents, unknown words, punctuation", async () => {
    const tokenizer = await load(wordPiece);
    const { ids, offsets } = tokenizer.encodeWithOffsets("A  Cáts xyz sitting!");
    expect(ids).toEqual([2, 4, 5, 6, 1, 7, 8, 9, 3]);
    expect(offsets).toEqual([none, [0, 1], [3, 6], [6, 7], [8, 11], [12, 15], [15, 19], [19, 20], none]);
    expect(tokenizer.encode("A  Cáts xyz sitting!")).toEqual(ids);
    // Unknown words end where words do: at spaces and around punctuation.
    expect(tokenizer.encodeWithOffsets("☃a☃ a, —x").offsets.slice(1, -1)).toEqual([
      [0, 3],
      [4, 5],
      [5, 6],
      [7, 8],
      [8, 9],
    ]);
  });

  test("RoBERTa: tokens without their space, characters of several bytes, code points beyond 16 bits", async () => {
    const tokenizer = await load(byteLevelBpe);
    const { ids, offsets } = tokenizer.encodeWithOffsets("cat café a");
    expect(ids).toEqual([0, 14, 13, 8, 10, 11, 16, 2]);
    expect(offsets).toEqual([none, [0, 3], [4, 6], [6, 7], [7, 8], [7, 8], [9, 10], none]);
  });

  test("CLIP: composed accents, contracted spaces, and start and end tokens although the file names no rule for them", async () => {
    const tokenizer = await load(clipBpe);
    const { ids, offsets } = tokenizer.encodeWithOffsets("  A   CAT !");
    expect(ids).toEqual([10, 4, 8, 6, 11]);
    expect(offsets).toEqual([none, [2, 3], [6, 9], [10, 11], none]);
  });

  test("Unigram", async () => {
    const { ids, offsets } = (await load(unigram)).encodeWithOffsets("a cats");
    expect(ids).toEqual([6, 2, 5]);
    expect(offsets).toEqual([
      [0, 1],
      [2, 5],
      [5, 6],
    ]);
  });

  test("a long text is cut so that the end token fits, as CLIP4Clip cuts to 32", async () => {
    const tokenizer = await load(clipBpe, 32);
    const { ids, offsets } = tokenizer.encodeWithOffsets("cat ".repeat(40));
    expect(ids).toEqual([10, ...Array<number>(30).fill(8), 11]);
    expect(offsets).toHaveLength(32);
    expect(offsets[30]).toEqual([29 * 4, 29 * 4 + 3]);
    expect(tokenizer.encode("cat ".repeat(30))).toHaveLength(32);
    expect(tokenizer.encode("cat ".repeat(29))).toHaveLength(31);
  });

  test("an empty text has one token that stands nowhere", async () => {
    expect((await load(unigram)).encodeWithOffsets("")).toEqual({ ids: [0], offsets: [none] });
  });
});

describe("alignTokens", () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const align = (tokens: readonly (string | undefined)[], text: string): unknown =>
    alignTokens(
      tokens.map((token) => (token === undefined ? undefined : bytes(token))),
      normalizedBytes(text, (part) => part.toLowerCase()),
    );

  test("passes over what the tokenizer dropped, as little as possible", () => {
    expect(align(["a", "c"], "a b c")).toEqual([
      [0, 1],
      [4, 5],
    ]);
    expect(align([undefined, "a"], "xay a")).toEqual([
      [0, 3],
      [4, 5],
    ]);
  });

  test("counts code points, not units of UTF-16", () => {
    expect(align(["😀", "a", "é"], "😀 a É")).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ]);
  });

  test("places no token rather than a wrong one where the tokens are those of another text", () => {
    expect(align(["a", "b"], "a c")).toEqual([undefined, undefined]);
    expect(align([undefined, undefined, undefined], "x")).toEqual([undefined, undefined, undefined]);
  });

  test("traces what depends on neighbours as a whole, and the rest exactly", () => {
    // The last sigma of a word is another letter in lower case.
    expect(align(["a", "σς", "b"], "A ΣΣ B")).toEqual([
      [0, 1],
      [2, 4],
      [5, 6],
    ]);
  });
});

test("spans of characters become tokens, with the fall-back of one and two characters", () => {
  const offsets = [undefined, [0, 3], [4, 7], [7, 9], [10, 12], undefined] as const;
  expect(spanTokens(offsets, [0, 3])).toEqual([1, 2]);
  expect(spanTokens(offsets, [4, 9])).toEqual([2, 4]);
  expect(spanTokens(offsets, [5, 8])).toEqual([2, 4]);
  // Both ends on spaces.
  expect(spanTokens(offsets, [3, 10])).toEqual([2, 4]);
  expect(spanTokens(offsets, [0, 12])).toEqual([1, 5]);
  // Nothing near, or an empty span.
  expect(spanTokens(offsets, [20, 25])).toBeUndefined();
  expect(spanTokens(offsets, [10, 10])).toBeUndefined();
});
