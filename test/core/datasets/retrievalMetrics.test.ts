import { expect, test } from "vitest";
import {
  foldedRetrievalMetrics,
  rankMetrics,
  retrievalMetrics,
  scoreMatrix,
} from "../../../src/core/datasets/metrics/retrieval";
import { clip4ClipMetrics, squareRanks, videoToTextScores } from "../../../src/core/datasets/metrics/clip4Clip";
import { normal } from "../../../src/core/nn/random";

test("recalls count ranks below K; the median is rounded down", () => {
  expect(rankMetrics(Float64Array.of(0, 3, 4, 12))).toEqual({
    recallAt1: 25,
    recallAt5: 75,
    recallAt10: 75,
    medianRank: 4, // (3 + 4) / 2 = 3.5, down to 3, from 1 on
    meanRank: 19 / 4 + 1,
  });
});

test("an image's rank is that of its best caption, a caption's that of its image", () => {
  const values = Float64Array.of(
    ...[0.1, 0.5, 0.9, 0.2], // image 0, captions 0 and 1
    ...[0.8, 0.4, 0.6, 0.3], // image 1, captions 2 and 3
  );
  const { imageToText, textToImage, rSum } = retrievalMetrics({ images: 2, captions: 4, values }, [0, 0, 1, 1]);
  expect(imageToText.meanRank).toBe(2); // both second
  expect(imageToText.recallAt1).toBe(0);
  expect(textToImage.recallAt1).toBe(50); // captions 1 and 3
  expect(rSum).toBe(0 + 100 + 100 + 50 + 100 + 100);
});

test("ties: strictly greater scores only, or the higher index first", () => {
  const values = Float64Array.of(1, 1, 1, 1);
  const scores = { images: 2, captions: 2, values };
  expect(retrievalMetrics(scores, [0, 1]).textToImage.recallAt1).toBe(100);
  const published = retrievalMetrics(scores, [0, 1], "higher-index-first");
  expect(published.imageToText.meanRank).toBe(1.5); // item 0 comes after item 1
  expect(published.textToImage.recallAt1).toBe(50);
});

test("scores that are no numbers rank last: a diverged model must not look perfect", () => {
  const scores = { images: 2, captions: 2, values: Float64Array.of(NaN, NaN, NaN, NaN) };
  for (const ties of ["optimistic", "higher-index-first"] as const) {
    expect(retrievalMetrics(scores, [0, 1], ties)).toMatchObject({
      imageToText: { recallAt1: 0, medianRank: 3 },
      textToImage: { recallAt1: 0 },
    });
  }
});

test("folds are evaluated on their own and averaged; what is left over does not count", () => {
  const embeddings = (stream: string, count: number) => normal({ seed: 1, stream }, count * 3);
  const image = embeddings("image", 7);
  const text = embeddings("text", 14);
  const captionImages = Array.from({ length: 14 }, (_, caption) => Math.floor(caption / 2));
  const folded = foldedRetrievalMetrics(scoreMatrix(image, text, 3), captionImages, 2);
  const folds = [0, 1].map((fold) =>
    retrievalMetrics(
      scoreMatrix(image.subarray(fold * 9, fold * 9 + 9), text.subarray(fold * 18, fold * 18 + 18), 3),
      [0, 0, 1, 1, 2, 2],
    ),
  );
  expect(folded.rSum).toBeCloseTo((folds[0]!.rSum + folds[1]!.rSum) / 2, 9);
  expect(folded.imageToText.meanRank).toBeCloseTo(
    (folds[0]!.imageToText.meanRank + folds[1]!.imageToText.meanRank) / 2,
    9,
  );
});

test("folds are as many as asked for, or an error", () => {
  const scores = scoreMatrix(normal({ seed: 1, stream: "i" }, 30), normal({ seed: 1, stream: "t" }, 30), 3);
  const own = Array.from({ length: 10 }, (_, index) => index);
  const [whole, quarter] = [1, 4].map((count) => foldedRetrievalMetrics(scores, own, count));
  expect(whole).toEqual(retrievalMetrics(scores, own));
  expect(quarter!.imageToText.meanRank).toBeLessThanOrEqual(2); // among two images each, whose captions are two
  expect(() => foldedRetrievalMetrics(scores, own, 11)).toThrow(RangeError);
});

test("scores are dot products", () => {
  const { images, captions, values } = scoreMatrix(Float32Array.of(1, 2), Float32Array.of(3, 4, 5, 6), 2);
  expect([images, captions, ...values]).toEqual([1, 2, 11, 17]);
});

test("sizes that do not fit and images without captions are refused", () => {
  const scores = { images: 2, captions: 2, values: new Float64Array(4) };
  expect(() => retrievalMetrics(scores, [0])).toThrow(RangeError);
  expect(() => retrievalMetrics(scores, [0, 0])).toThrow("Every image needs at least one caption.");
});

test("CLIP4Clip counts every place of a tie with the true score", () => {
  const ranks = squareRanks(Float64Array.of(1, 1, 0, 2), 2);
  expect(ranks).toEqual([0, 1, 0]);
  expect(clip4ClipMetrics(ranks, "mean").recallAt1).toBeCloseTo(200 / 3, 12);
});

test("the median of an even number of ranks is the mean of the middle two, or the lower", () => {
  expect(clip4ClipMetrics([0, 1, 4, 9], "mean").medianRank).toBe(3.5);
  expect(clip4ClipMetrics([0, 1, 4, 9], "lower").medianRank).toBe(2);
});

test("video-to-text takes each video's best sentence and ignores padding", () => {
  // Two videos, two sentences each (the second of video 1 is padding), scores against both videos.
  const scores = Float64Array.of(1, 5, 3, 2, 7, 4, -Infinity, -Infinity);
  expect([...videoToTextScores(scores, 2, 2)]).toEqual([3, 7, 5, 4]);
});
