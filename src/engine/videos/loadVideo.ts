import type { FramesConfig } from "../../core/datasets/framesConfig";
import type { PreprocessingConfig } from "../../core/datasets/preprocessing";
import { samplePositions } from "../../core/datasets/samplePositions";
import { sizeOf } from "../../core/graph/tensor";
import { pixelShape, preprocessImage } from "../images/preprocessImage";
import { decodeFrames } from "./decodeFrames";
import type { MediaOptions } from "./mediaProcess";
import { probeVideo } from "./probeVideo";

/** How a video becomes frames, and a frame what the backbone expects. */
export interface VideoConfig {
  readonly frames: FramesConfig;
  /** Of every frame, decoded upright. */
  readonly preprocessing: PreprocessingConfig;
}

/**
 * Writes the sampled frames of a video into `target` from element `offset` on, [count, …pixels]; those that it does not
 * have are 0. One frame at a time is held beside it.
 *
 * @returns how many frames it has, at least 1
 * @throws UserError when it cannot be decoded, or ffmpeg is missing
 */
export async function loadVideoInto(
  path: string,
  { frames, preprocessing }: VideoConfig,
  target: Float32Array,
  offset: number,
  options: MediaOptions = {},
): Promise<number> {
  const frameSize = sizeOf(pixelShape(preprocessing));
  const decode = async (positions: readonly number[]): Promise<number> => {
    let filled = 0;
    for await (const frame of decodeFrames(path, positions, options))
      preprocessImage(frame, preprocessing, target, offset + filled++ * frameSize);
    return filled;
  };
  const { frameCount, framesPerSecond } = await probeVideo(path, options);
  const positions = samplePositions(frameCount, framesPerSecond, frames);
  let filled = await decode(positions);
  if (filled < positions.length) {
    // The file promises more frames than can be decoded: the grid ends at the last that can.
    const { frameCount: decodable } = await probeVideo(path, { ...options, decodes: true });
    filled = await decode(samplePositions(decodable, framesPerSecond, frames));
  }
  target.fill(0, offset + filled * frameSize, offset + frames.count * frameSize);
  return filled;
}
