import { readFile } from "node:fs/promises";
import { Tokenizer } from "@huggingface/tokenizers";
import { beforeAll, describe, expect, test } from "vitest";
import { useLitePath } from "../../../samples/models/useLite";
import { buildUseLiteTokenizer } from "../../../samples/models/useLiteTokenizer";
import { randomWords } from "../../../src/core/nn/random";
import { originalTokenizer } from "./originalUseTokenizer";

type Vocabulary = [string, number | null][];

describe("tokenizer.json of the Universal Sentence Encoder lite", () => {
  let vocabulary: Vocabulary;
  let original: (text: string) => number[];
  let converted: (text: string) => number[];
  beforeAll(async () => {
    vocabulary = JSON.parse(await readFile(useLitePath(process.cwd(), "vocab.json"), "utf8")) as Vocabulary;
    original = originalTokenizer(vocabulary);
    const tokenizer = new Tokenizer(await buildUseLiteTokenizer(process.cwd()), {});
    converted = (text) => tokenizer.encode(text, { add_special_tokens: false }).ids;
  });

  test("splits a caption into known pieces", () => {
    const pieces = converted("a small guitar on a purple background").map((id) => vocabulary[id]?.[0]);
    expect(pieces).toEqual(["▁a", "▁small", "▁guitar", "▁on", "▁a", "▁purple", "▁background"]);
  });

  test.each([
    "Hello, World!",
    " two  leading and   inner spaces ",
    "ﬁnger ½ Ａ ①",
    "naïve café — “quotes” • 5€",
    "unknown 漢字 run and 🎸 guitar 🎸🎸",
    ": starts with a colon",
    ":) :( http://example.com/a:b",
    "<s> is no control symbol, nor is extra_token_id_1 </s>",
    "�",
    "hot dog, frankfurter, sausage",
  ])("gives the original's ids for %j", (text) => {
    expect(converted(text)).toEqual(original(text));
  });

  test("gives the original's ids for a thousand random strings", () => {
    const alphabet = Array.from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ      ,.:;!?'\"-()0123456789éß漢🎸");
    const words = randomWords({ seed: 7, stream: "texts" }, 40_000);
    const texts = Array.from({ length: 1000 }, (_, text) =>
      Array.from(
        { length: (words[text] ?? 0) % 40 },
        (_, at) => alphabet[(words[text * 39 + at] ?? 0) % alphabet.length],
      ).join(""),
    );
    const differing = texts.filter((text) => text !== "" && converted(text).join() !== original(text).join());
    expect(differing).toEqual([]);
  });
});
