import type { RankMetrics } from "./retrieval";

/** Scores in row-major order. */
type Scores = Float32Array | Float64Array;

/**
 * Ranks (from 0) of the true column in each row of a square matrix, row i belonging to column i, as CLIP4Clip's evaluation
 * finds them: every place in the descending row whose score equals the true one. A tie therefore gives extra entries.
 */
export function squareRanks(scores: Scores, size: number): number[] {
  const ranks: number[] = [];
  for (let row = 0; row < size; row++) {
    const line = scores.subarray(row * size, (row + 1) * size);
    const own = line[row] ?? NaN;
    let [greater, equal] = [0, 0];
    for (const score of line) {
      if (score > own) greater++;
      if (score === own) equal++;
    }
    for (let tie = 0; tie < equal; tie++) ranks.push(greater + tie);
  }
  return ranks;
}

/**
 * Text-to-video ranks (from 0) where videos have several sentences: scores [videos, sentences, videos], sentence s of video v
 * against every video. Sentences that only pad a shorter list hold −Infinity and are left out. Ties: lower index first.
 */
export function multiSentenceRanks(scores: Scores, videos: number, sentences: number): number[] {
  const ranks: number[] = [];
  for (let sentence = 0; sentence < sentences; sentence++) {
    for (let video = 0; video < videos; video++) {
      const start = (video * sentences + sentence) * videos;
      const own = scores[start + video] ?? NaN;
      if (!Number.isFinite(own)) continue;
      let rank = 0;
      for (let other = 0; other < videos; other++) {
        const score = scores[start + other] ?? NaN;
        if (score > own || (score === own && other < video)) rank++;
      }
      ranks.push(rank);
    }
  }
  return ranks;
}

/** Video-to-text scores [videos, videos]: the best of a video's sentences, from scores [videos, sentences, videos]. */
export function videoToTextScores(scores: Scores, videos: number, sentences: number): Float64Array {
  const best = new Float64Array(videos * videos).fill(-Infinity);
  for (const [index, score] of scores.entries()) {
    const owner = Math.floor(index / (videos * sentences));
    const target = (index % videos) * videos + owner;
    if (score > (best[target] ?? 0)) best[target] = score;
  }
  return best;
}

/**
 * Recalls, median, mean and (population) standard deviation of ranks. Of an even number of ranks the median is the mean of
 * the middle two for square matrices and the lower of them with several sentences.
 */
export function clip4ClipMetrics(
  ranks: readonly number[],
  median: "mean" | "lower",
): RankMetrics & { readonly rankDeviation: number } {
  const sorted = ranks.toSorted((a, b) => a - b);
  const count = sorted.length;
  const lower = sorted[Math.ceil(count / 2) - 1] ?? NaN;
  const upper = sorted[Math.floor(count / 2)] ?? NaN;
  const recall = (k: number): number => (100 * sorted.filter((rank) => rank < k).length) / count;
  const mean = sorted.reduce((sum, rank) => sum + rank, 0) / count;
  return {
    recallAt1: recall(1),
    recallAt5: recall(5),
    recallAt10: recall(10),
    medianRank: (median === "lower" ? lower : (lower + upper) / 2) + 1,
    meanRank: mean + 1,
    rankDeviation: Math.sqrt(sorted.reduce((sum, rank) => sum + (rank - mean) ** 2, 0) / count),
  };
}
