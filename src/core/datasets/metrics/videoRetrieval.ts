import { clip4ClipMetrics, multiSentenceRanks, squareRanks, videoToTextScores } from "./clip4Clip";
import type { RankMetrics } from "./retrieval";

/** Metrics of both directions, recalls in percent, and the sum of the six recalls. */
export interface VideoRetrievalMetrics {
  readonly textToVideo: RankMetrics;
  readonly videoToText: RankMetrics;
  readonly rSum: number;
}

/**
 * CLIP4Clip's evaluation: every caption ranks all videos; a video ranks all videos by their best caption. With one caption per
 * video these are the rows and columns of a square matrix, whose ties are counted as the released code does.
 *
 * @param scores similarity of each caption with each video, [captions, videos]
 * @param captionVideos the video of each caption; every video needs at least one
 */
export function videoRetrievalMetrics(
  scores: Float32Array,
  captionVideos: readonly number[],
  videos: number,
): VideoRetrievalMetrics {
  if (scores.length !== captionVideos.length * videos)
    throw new RangeError(`${captionVideos.length} captions × ${videos} videos cannot have ${scores.length} scores.`);
  const isSquare = captionVideos.length === videos && captionVideos.every((video, caption) => video === caption);
  const [textToVideo, videoToText] = isSquare
    ? [
        clip4ClipMetrics(squareRanks(scores, videos), "mean"),
        clip4ClipMetrics(squareRanks(transpose(scores, videos), videos), "mean"),
      ]
    : ragged(scores, captionVideos, videos);
  return {
    textToVideo: ranksOnly(textToVideo),
    videoToText: ranksOnly(videoToText),
    rSum: recallSum(textToVideo) + recallSum(videoToText),
  };
}

/** With several captions per video, of which some have fewer: those lists are filled up with −Infinity. */
function ragged(scores: Float32Array, captionVideos: readonly number[], videos: number): [RankMetrics, RankMetrics] {
  const counts = new Uint32Array(videos);
  for (const video of captionVideos) counts[video] = (counts[video] ?? 0) + 1;
  const sentences = counts.reduce((most, count) => Math.max(most, count), 0);
  const padded = new Float32Array(videos * sentences * videos).fill(-Infinity); // [videos, sentences, videos]
  const next = new Uint32Array(videos);
  for (const [caption, video] of captionVideos.entries()) {
    const place = video * sentences + (next[video] ?? 0);
    next[video] = (next[video] ?? 0) + 1;
    padded.set(scores.subarray(caption * videos, (caption + 1) * videos), place * videos);
  }
  return [
    clip4ClipMetrics(multiSentenceRanks(padded, videos, sentences), "lower"),
    clip4ClipMetrics(squareRanks(videoToTextScores(padded, videos, sentences), videos), "mean"),
  ];
}

function transpose(square: Float32Array, size: number): Float32Array {
  return square.map((_, index) => square[(index % size) * size + Math.floor(index / size)] ?? NaN);
}

function ranksOnly({ recallAt1, recallAt5, recallAt10, medianRank, meanRank }: RankMetrics): RankMetrics {
  return { recallAt1, recallAt5, recallAt10, medianRank, meanRank };
}

function recallSum({ recallAt1, recallAt5, recallAt10 }: RankMetrics): number {
  return recallAt1 + recallAt5 + recallAt10;
}
