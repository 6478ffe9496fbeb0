import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { NamedValue } from "../../../src/core/graph/graph";
import { tensor } from "../../../src/core/graph/tensor";
import { tokenFeeds, tokenInputs } from "../../../src/engine/texts/tokenFeeds";
import { TextTokenizer } from "../../../src/engine/texts/textTokenizer";
import { bpe, unigram, wordPiece } from "./tokenizers";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tokenizer-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, content: object | string): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const options = { maxTokens: 16, specialTokens: true };

describe("TextTokenizer", () => {
  test("WordPiece, with special tokens and without", async () => {
    const path = write("wordpiece.json", wordPiece);
    const whole = await TextTokenizer.load(path, options);
    expect(whole.encode("Cats sitting!")).toEqual([2, 5, 6, 7, 8, 9, 3]);
    const plain = await TextTokenizer.load(path, { ...options, specialTokens: false });
    expect(plain.encode("a dog")).toEqual([4, 1]);
    expect(plain.padTokenId).toBe(0);
  });

  test("BPE", async () => {
    const tokenizer = await TextTokenizer.load(write("bpe.json", bpe), options);
    expect(tokenizer.encode("A cat")).toEqual([4, 7]);
    expect(tokenizer.padTokenId).toBe(0);
  });

  test("Unigram finds the most probable segmentation", async () => {
    const tokenizer = await TextTokenizer.load(write("unigram.json", unigram), options);
    expect(tokenizer.encode("a cats")).toEqual([6, 2, 5]);
  });

  test("cuts long texts and keeps the special tokens around them", async () => {
    const tokenizer = await TextTokenizer.load(write("wordpiece.json", wordPiece), {
      maxTokens: 4,
      specialTokens: true,
    });
    expect(tokenizer.encode("a cats sitting")).toEqual([2, 4, 5, 3]);
  });

  test("never gives an empty text", async () => {
    const tokenizer = await TextTokenizer.load(write("bpe.json", bpe), options);
    expect(tokenizer.encode(" ")).toEqual([tokenizer.padTokenId]);
  });

  test("the hash follows the file and the options", async () => {
    const path = write("wordpiece.json", wordPiece);
    const { hash } = await TextTokenizer.load(path, options);
    expect((await TextTokenizer.load(path, options)).hash).toBe(hash);
    expect((await TextTokenizer.load(path, { ...options, maxTokens: 8 })).hash).not.toBe(hash);
    expect((await TextTokenizer.load(write("bpe.json", bpe), options)).hash).not.toBe(hash);
  });

  test.each([
    ["a missing file", "none.json", undefined, /none\.json" cannot be read; correct "text\.backbone\.tokenizer"/],
    ["text that is no JSON", "broken.json", "{", /broken\.json" is not valid JSON/],
    ["another JSON file", "other.json", "{}", /other\.json" is no tokenizer\.json: it has no "model" with a "vocab"/],
  ])("refuses %s", async (_, name, content, message) => {
    const path = content === undefined ? join(folder, name) : write(name, content);
    await expect(TextTokenizer.load(path, options)).rejects.toThrow(message);
  });

  test("refuses a length that the special tokens fill", async () => {
    const path = write("wordpiece.json", wordPiece);
    await expect(TextTokenizer.load(path, { maxTokens: 2, specialTokens: true })).rejects.toThrow(
      /"text\.backbone\.maxTokens" is 2, but .* adds 2 special tokens; allow at least 3/,
    );
  });
});

describe("tokenFeeds", () => {
  const inputs: readonly NamedValue[] = [
    { name: "input_ids", dtype: "int64", shape: ["batch", "sequence"] },
    { name: "attention_mask", dtype: "float32", shape: ["batch", "sequence"] },
    { name: "token_type_ids", dtype: "int32", shape: ["batch", "sequence"] },
    { name: "position_ids", dtype: "int64", shape: ["batch", "sequence"] },
  ];

  test("fills every known input in its own type", () => {
    const feeds = tokenFeeds(
      inputs,
      tokenInputs(inputs, "m.onnx"),
      [
        [7, 8],
        [9, 9, 9],
      ],
      3,
      5,
    );
    expect(feeds).toEqual({
      input_ids: tensor("int64", [2, 3], [7, 8, 5, 9, 9, 9]),
      attention_mask: tensor("float32", [2, 3], [1, 1, 0, 1, 1, 1]),
      token_type_ids: tensor("int32", [2, 3], [0, 0, 0, 0, 0, 0]),
      position_ids: tensor("int64", [2, 3], [0, 1, 2, 0, 1, 2]),
    });
  });

  test("asks for known names and shapes", () => {
    const two: NamedValue[] = [...inputs, { name: "pixel_values", dtype: "float32", shape: ["batch", "sequence"] }];
    expect(() => tokenInputs(two, "m.onnx")).toThrow(/expected one for token ids \("input_ids"\)/);
    const image: NamedValue[] = [{ name: "x", dtype: "float32", shape: [1, 3, 8, 8] }];
    expect(() => tokenInputs(image, "m.onnx")).toThrow(
      /Input "x" of the text backbone "m\.onnx" is float32 with 4 axes/,
    );
  });
});
