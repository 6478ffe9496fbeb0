import { UserError } from "../../core/errors";
import type { RgbImage } from "../images/decodeImage";
import { findFfmpeg } from "./findFfmpeg";
import { inputArguments, type MediaOptions, runMedia } from "./mediaProcess";
import { PpmReader } from "./ppmReader";

/** Threads of one decoder; several videos are decoded at a time. */
const THREADS = 2;

/**
 * Decodes the frames at these indices, ascending, one after the other, turned as the video's rotation says. Frames that a
 * damaged file does not have are left out.
 * @throws UserError when nothing can be decoded, or ffmpeg is missing
 */
export async function* decodeFrames(
  path: string,
  indices: readonly number[],
  options: MediaOptions = {},
): AsyncGenerator<RgbImage, void> {
  const last = indices.at(-1);
  if (last === undefined) return;
  const { ffmpeg } = await findFfmpeg();
  const chosen = indices.map((index) => `eq(n,${index})`).join("+");
  const args = [
    ...["-nostdin", "-v", "error", "-threads", `${THREADS}`, ...inputArguments(path)],
    // One a second on the way out, whatever the times were: in every version of ffmpeg none is then repeated or dropped.
    ...["-map", "0:V:0", "-vf", `select='${chosen}',setpts=N/TB`, "-r", "1", "-frames:v", `${indices.length}`],
    ...["-f", "image2pipe", "-c:v", "ppm", "-pix_fmt", "rgb24", "pipe:1"],
  ];
  const reader = new PpmReader();
  let count = 0;
  for await (const piece of runMedia(ffmpeg, args, path, options)) {
    for (const frame of reader.add(piece)) {
      count++;
      yield frame;
    }
  }
  if (count === 0) throw new UserError(`"${path}" gives no pictures; replace the file or remove it from the data.`);
}
