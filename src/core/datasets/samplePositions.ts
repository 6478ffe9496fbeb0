import type { FramesConfig } from "./framesConfig";

/**
 * Indices of the frames that a backbone sees, in order and at most `count`. As CLIP4Clip's reader takes them: one frame
 * each `⌊frame rate⌋ / perSecond` frames from the first on; of more than `count` of those, the ones at the positions of a
 * uniform grid from the first to the last, cut to whole numbers (`numpy.linspace(0, n − 1, count, dtype=int)`).
 *
 * @param frameCount frames in the video
 */
export function samplePositions(
  frameCount: number,
  framesPerSecond: number,
  { perSecond, count }: FramesConfig,
): readonly number[] {
  const interval = Math.max(1, Math.floor(framesPerSecond)) / perSecond;
  const taken = Math.ceil(frameCount / Math.max(1, interval));
  const positions = taken <= count ? Array.from({ length: taken }, (_, at) => at) : uniformGrid(taken, count);
  return positions.map((at) => Math.floor(at * Math.max(1, interval))).filter((at) => at < frameCount);
}

/** `count` whole positions from 0 to length − 1. */
function uniformGrid(length: number, count: number): number[] {
  const step = (length - 1) / Math.max(1, count - 1);
  return Array.from({ length: count }, (_, at) => (at > 0 && at === count - 1 ? length - 1 : Math.floor(at * step)));
}
