import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { QueryRanking, rankOf, similarities, topAnswers } from "../../../src/core/datasets/metrics/queryRanks";
import { rankMetrics, retrievalMetrics, scoreMatrix } from "../../../src/core/datasets/metrics/retrieval";
import { fuzzOptions } from "../../support/fuzz";

const width = 3;

/** Embeddings of few distinct values, so that equal similarities and NaN occur. */
const coordinate = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(-1, -0.5, 0, 0.5, 1) },
  { weight: 1, arbitrary: fc.constant(Number.NaN) },
);

const dataset = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 8 }).chain((captionsOfImage) => {
  const captionImages = captionsOfImage.flatMap((count, image) => Array.from({ length: count }, () => image));
  const floats = (count: number) => fc.array(coordinate, { minLength: count * width, maxLength: count * width });
  return fc.record({
    captionImages: fc.constant(captionImages),
    images: floats(captionsOfImage.length),
    texts: floats(captionImages.length),
  });
});

describe("the ranking of all queries", () => {
  test("is that of the metrics, also with equal similarities and values that are no numbers", () => {
    fc.assert(
      fc.property(dataset, ({ captionImages, images, texts }) => {
        const [image, text] = [Float32Array.from(images), Float32Array.from(texts)];
        const ranking = new QueryRanking({ values: image, width }, { values: text, width }, captionImages);
        const imageCount = image.length / width;
        ranking.compare(0, 1);
        ranking.compare(1, imageCount);
        const expected = retrievalMetrics(scoreMatrix(image, text, width), captionImages);
        const fromZero = (ranks: Float64Array) => rankMetrics(ranks.map((rank) => rank - 1));
        expect(fromZero(ranking.imageToText.ranks)).toEqual(expected.imageToText);
        expect(fromZero(ranking.textToImage.ranks)).toEqual(expected.textToImage);
      }),
      fuzzOptions(200),
    );
  });

  test("knows the best right and the best wrong answer", () => {
    const images = { values: Float32Array.from([1, 0, 0.6, 0.8]), width: 2 };
    const texts = { values: Float32Array.from([0, 1, 1, 0, 0.8, 0.6]), width: 2 };
    const ranking = new QueryRanking(images, texts, [0, 0, 1]);
    ranking.compare(0, 2);
    expect([...ranking.imageToText.ranks]).toEqual([1, 1]);
    expect([...ranking.imageToText.rightScores]).toEqual([1, dot([0.6, 0.8], [0.8, 0.6])]);
    expect(ranking.imageToText.wrongScores[0]).toBe(dot([1, 0], [0.8, 0.6]));
    expect([...ranking.textToImage.ranks]).toEqual([2, 1, 1]);
    expect(ranking.textToImage.wrongScores[0]).toBe(dot([0.6, 0.8], [0, 1]));
  });

  test("has no wrong answer when there is one image", () => {
    const one = { values: Float32Array.from([1, 0]), width: 2 };
    const ranking = new QueryRanking(one, one, [0]);
    ranking.compare(0, 1);
    expect(ranking.textToImage.wrongScores[0]).toBe(-Infinity);
  });
});

describe("the top answers", () => {
  test("come highest first; equals share a rank, and what is no number comes last", () => {
    const scores = Float64Array.from([0.1, 0.7, Number.NaN, 0.7, 0.4]);
    expect(topAnswers(scores, 9)).toEqual([
      { index: 1, rank: 1, score: 0.7 },
      { index: 3, rank: 1, score: 0.7 },
      { index: 4, rank: 3, score: 0.4 },
      { index: 0, rank: 4, score: 0.1 },
      { index: 2, rank: 5, score: Number.NaN },
    ]);
    expect(topAnswers(scores, 2).map(({ index }) => index)).toEqual([1, 3]);
  });

  test("have the rank that is counted for each alone", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 0.25, 0.5, 1), { minLength: 1, maxLength: 20 }), (values) => {
        const scores = Float64Array.from(values);
        for (const { index, rank } of topAnswers(scores, values.length)) expect(rank).toBe(rankOf(scores, index));
      }),
      fuzzOptions(200),
    );
  });

  test("are compared by the dot product", () => {
    const from = { values: Float32Array.from([9, 9, 0.6, 0.8]), width: 2 };
    const to = { values: Float32Array.from([1, 0, 0, 1]), width: 2 };
    expect([...similarities(from, 1, to)]).toEqual([Math.fround(0.6), Math.fround(0.8)]);
  });
});

/** In double precision, of values as float32 holds them. */
function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + Math.fround(value) * Math.fround(b[i] ?? 0), 0);
}
