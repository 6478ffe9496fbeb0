import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { addWordNoise, WordNoiseConfig } from "../../../src/core/datasets/augmentation/wordNoise";
import { ItemRandom } from "../../../src/core/nn/itemRandom";
import { groupWords } from "../../../src/engine/texts/groupWords";
import { TextTokenizer } from "../../../src/engine/texts/textTokenizer";
import { bpe, byteLevelBpe, wordPiece } from "./tokenizers";

const random = (step: number): ItemRandom => new ItemRandom({ seed: 1, step }, "text/0");
const config = (fields: object): WordNoiseConfig => WordNoiseConfig.parse({ name: "word-noise", ...fields });

const words = [[10], [11, 12], [13], [14, 15, 16]];
const noisy = (fields: object, step = 0): number[] =>
  addWordNoise(words, config(fields), { random: random(step), maskId: 0, vocabulary: [7, 8] });

test("whole words are masked, replaced or deleted", () => {
  expect(noisy({ probability: 0 })).toEqual(words.flat());
  expect(noisy({ probability: 1, masked: 1, replaced: 0 })).toEqual([0, 0, 0, 0, 0, 0, 0]);
  expect(noisy({ probability: 1, masked: 0, replaced: 0 })).toEqual([]);
  const replaced = noisy({ probability: 1, masked: 0, replaced: 1 });
  expect(replaced).toHaveLength(7);
  expect(new Set(replaced)).toEqual(new Set([7, 8]));
});

test("with the published shares, and the same in every repetition", () => {
  const counts = { kept: 0, masked: 0, replaced: 0, deleted: 0 };
  for (let step = 0; step < 4000; step++) {
    const ids = addWordNoise([[10]], config({}), { random: random(step), maskId: 0, vocabulary: [7] });
    expect(addWordNoise([[10]], config({}), { random: random(step), maskId: 0, vocabulary: [7] })).toEqual(ids);
    const [id] = ids;
    counts[id === 10 ? "kept" : id === 0 ? "masked" : id === 7 ? "replaced" : "deleted"]++;
  }
  // 80 %, 10 %, 2 %, 8 % of 4000; four standard deviations at most.
  expect(Math.abs(counts.kept - 3200)).toBeLessThan(102);
  expect(Math.abs(counts.masked - 400)).toBeLessThan(76);
  expect(Math.abs(counts.replaced - 80)).toBeLessThan(36);
  expect(Math.abs(counts.deleted - 320)).toBeLessThan(69);
});

test("shares that leave no room are refused", () => {
  expect(() => config({ masked: 0.7, replaced: 0.4 })).toThrow(/add up to 1 at most/);
});

test("words are told by the signs of each kind of vocabulary", () => {
  const spelling = { isByteLevel: false, continuingPrefix: "", endOfWord: "" };
  const ids = [1, 2, 3, 4];
  expect(groupWords(ids, ["a", "##b", "c", "##d"], { ...spelling, continuingPrefix: "##" })).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(groupWords(ids, ["a", "b</w>", "c</w>", "d"], { ...spelling, endOfWord: "</w>" })).toEqual([[1, 2], [3], [4]]);
  expect(groupWords(ids, ["a", "b", "Ġc", "d"], { ...spelling, isByteLevel: true })).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(groupWords(ids, ["▁a", "▁b", "c", "d"], spelling)).toEqual([[1], [2, 3, 4]]);
});

test("special tokens stay around a noisy text, which is cut behind the noise", async () => {
  const folder = mkdtempSync(join(tmpdir(), "noise-"));
  const load = (content: object, maxTokens = 16): Promise<TextTokenizer> => {
    writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(content));
    return TextTokenizer.load(join(folder, "tokenizer.json"), { maxTokens, specialTokens: true });
  };
  const mask = config({ probability: 1, masked: 1, replaced: 0 });
  const roberta = await load(byteLevelBpe, 4);
  expect(roberta.encodeWithNoise("cat a cat", mask, random(0))).toEqual([0, 4, 4, 2]);
  const deleted = config({ probability: 1, masked: 0, replaced: 0 });
  expect(roberta.encodeWithNoise("cat a cat", deleted, random(0))).toEqual([0, 2]);
  const withMask = structuredClone(wordPiece);
  Object.assign(withMask.model.vocab, { "[MASK]": 10 });
  const bert = await load(withMask);
  expect(bert.encodeWithNoise("cats a", mask, random(0))).toEqual([2, 10, 10, 10, 3]);
  await expect(load(bpe).then((clip) => clip.encodeWithNoise("a", mask, random(0)))).rejects.toThrow(
    /"text\.augmentation" masks words, but .* has neither of the tokens \[MASK\] and <mask>/,
  );
  rmSync(folder, { recursive: true });
});
