import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import {
  buildUseLite,
  USE_LITE_SENTENCE,
  USE_LITE_TOKENS,
  useLitePath,
  useLiteTaps,
} from "../../../samples/models/useLite";
import type { Graph } from "../../../src/core/graph/graph";
import { numbersOf, type Tensor, tensor } from "../../../src/core/graph/tensor";
import { specialize } from "../../../src/core/graph/specialize";
import { decodeModel } from "../../../src/core/onnx/decodeModel";
import { encodeModel } from "../../../src/core/onnx/encodeModel";
import { relativeDifference } from "../../support/closeTo";
import { runOnnx, sampleOf } from "../../support/runOnnx";
import { TfjsOriginal } from "../../support/tfjsOriginal";
import { originalTokenizer } from "./originalUseTokenizer";

const texts = [
  "a small guitar on a purple background",
  "hi",
  "The quick brown fox, jumping over the lazy dog, did not notice that it had been seen by seventeen rather surprised zebras who were crossing the river.",
];

function encode(tokenize: (text: string) => readonly number[]): { ids: number[][]; feeds: Record<string, Tensor> } {
  const ids = texts.map((text) => tokenize(text).slice(0, USE_LITE_TOKENS));
  const padded = (fill: (row: readonly number[], at: number) => number): Tensor =>
    tensor(
      "int64",
      [texts.length, USE_LITE_TOKENS],
      ids.flatMap((row) => Array.from({ length: USE_LITE_TOKENS }, (_, at) => fill(row, at))),
    );
  const feeds = {
    input_ids: padded((row, at) => row[at] ?? 0),
    attention_mask: padded((row, at) => (at < row.length ? 1 : 0)),
  };
  return { ids, feeds };
}

describe("Universal Sentence Encoder lite", () => {
  let graph: Graph;
  let tokenize: (text: string) => readonly number[];
  beforeAll(async () => {
    graph = await buildUseLite(process.cwd());
    const vocabulary: unknown = JSON.parse(await readFile(useLitePath(process.cwd(), "vocab.json"), "utf8"));
    tokenize = originalTokenizer(vocabulary as [string, number | null][]);
  });

  test("gives the original's hidden states and sentence embedding for texts of any length", async () => {
    const { ids, feeds } = encode(tokenize);
    expect(ids.map((row) => row.length)).toEqual([7, 1, 32]);
    const names = Object.keys(useLiteTaps) as (keyof typeof useLiteTaps)[];
    const actual = await runOnnx(graph, feeds, [...names, "sentence_embedding"]);

    const original = await TfjsOriginal.fromFile(useLitePath(process.cwd()));
    for (const [index, row] of ids.entries()) {
      const sparse = {
        indices: tensor(
          "int32",
          [row.length, 2],
          row.flatMap((_, position) => [0, position]),
        ),
        values: tensor("int32", [row.length], row),
      };
      const taps = names.map((name) => useLiteTaps[name]);
      const expected = await original.run(sparse, [...taps, USE_LITE_SENTENCE]);
      for (const name of names) {
        const state = sampleOf(actual[name]!, index);
        const width = state.shape[2]!;
        const valid = tensor("float32", [1, row.length, width], numbersOf(state).slice(0, row.length * width));
        expect(relativeDifference(valid, expected[useLiteTaps[name]]!), `${name} of text ${index}`).toBeLessThan(1e-4);
      }
      const sentence = sampleOf(actual["sentence_embedding"]!, index);
      expect(relativeDifference(sentence, expected[USE_LITE_SENTENCE]!)).toBeLessThan(1e-4);
    }
    original.dispose();
  });

  test("comes back from its file fit for any batch size", () => {
    const { graph: decoded } = decodeModel(encodeModel(graph));
    const fixed = specialize(decoded, { input_ids: [5, 32], attention_mask: [5, 32] });
    expect(fixed.types.get("layer0_out")).toEqual({ dtype: "float32", shape: [5, 32, 512] });
    expect(fixed.outputs.map(({ shape }) => shape)).toEqual([
      [5, 32, 512],
      [5, 512],
    ]);
    expect(fixed.nodes.some(({ opType }) => opType === "Shape")).toBe(false);
  });

  test("has its hidden states as token sequences with the batch left open", () => {
    const shapes = Object.keys(useLiteTaps).map((name) => graph.types.get(name)?.shape);
    expect(shapes).toEqual([256, 512, 512, 512, 512].map((width) => ["batch", 32, width]));
  });
});
