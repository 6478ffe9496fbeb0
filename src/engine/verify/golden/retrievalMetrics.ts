import {
  clip4ClipMetrics,
  multiSentenceRanks,
  squareRanks,
  videoToTextScores,
} from "../../../core/datasets/metrics/clip4Clip";
import { retrievalMetrics } from "../../../core/datasets/metrics/retrieval";
import { numbersOf, type Tensor } from "../../../core/graph/tensor";
import { Comparison, type GoldenResult, metricTolerance } from "./comparison";
import { GoldenReader } from "./readGolden";

/** `metrics`: ranks of CLIP4Clip, with one and with several sentences per video, and of VSE∞. */
export function checkMetrics(json: unknown): Promise<GoldenResult> {
  const golden = new GoldenReader(json);
  const comparison = new Comparison();
  checkClip4Clip(comparison, golden.at("clip4clip"));
  checkMultiSentence(comparison, golden.at("clip4clip_multi_sentence"));
  checkVseInfinity(comparison, golden.at("vse"));
  return Promise.resolve(comparison.result());
}

function checkClip4Clip(comparison: Comparison, golden: GoldenReader): void {
  const scores = golden.at("sim_text_by_video").tensor;
  const size = scores.shape[0] ?? 0;
  const textToVideo = doubles(scores);
  const videoToText = textToVideo.map(
    (_, index) => textToVideo[(index % size) * size + Math.floor(index / size)] ?? NaN,
  );
  compareRanks(comparison, golden.at("t2v"), squareRanks(textToVideo, size), "mean");
  compareRanks(comparison, golden.at("v2t"), squareRanks(videoToText, size), "mean");
}

function checkMultiSentence(comparison: Comparison, golden: GoldenReader): void {
  const scores = golden.at("sim_video_sentence_video").tensor;
  const [videos = 0, sentences = 0] = scores.shape;
  const values = doubles(scores);
  compareRanks(comparison, golden.at("t2v"), multiSentenceRanks(values, videos, sentences), "lower");
  const videoToText = videoToTextScores(values, videos, sentences);
  compareRanks(comparison, golden.at("v2t"), squareRanks(videoToText, videos), "mean");
}

function compareRanks(
  comparison: Comparison,
  expected: GoldenReader,
  ranks: readonly number[],
  median: "mean" | "lower",
): void {
  const metrics = clip4ClipMetrics(ranks, median);
  for (const [key, value] of [
    ["R1", metrics.recallAt1],
    ["R5", metrics.recallAt5],
    ["R10", metrics.recallAt10],
    ["MedianR", metrics.medianRank],
    ["MR", metrics.medianRank],
    ["MeanR", metrics.meanRank],
  ] as const) {
    // Recalls are stored with nine digits of float32 figures.
    comparison.numbers(key, [value], [expected.at(key).number], metricTolerance);
  }
  if (expected.has("Std_Rank")) {
    comparison.numbers("Std_Rank", [metrics.rankDeviation], [expected.at("Std_Rank").number], metricTolerance);
  }
  if (expected.has("cols")) comparison.numbers("cols", ranks, expected.at("cols").numbers, metricTolerance);
}

function checkVseInfinity(comparison: Comparison, golden: GoldenReader): void {
  const scores = golden.at("sim_image_by_caption").tensor;
  const [images = 0, captions = 0] = scores.shape;
  const captionImages = Array.from({ length: captions }, (_, caption) => Math.floor((caption * images) / captions));
  const metrics = retrievalMetrics({ images, captions, values: doubles(scores) }, captionImages, "higher-index-first");
  for (const [key, { recallAt1, recallAt5, recallAt10, medianRank, meanRank }] of [
    ["i2t_r1_r5_r10_medr_meanr", metrics.imageToText],
    ["t2i_r1_r5_r10_medr_meanr", metrics.textToImage],
  ] as const) {
    const figures = [recallAt1, recallAt5, recallAt10, medianRank, meanRank];
    comparison.numbers(key, figures, golden.at(key).numbers, metricTolerance);
  }
}

function doubles(scores: Tensor): Float64Array {
  return Float64Array.from(numbersOf(scores));
}
