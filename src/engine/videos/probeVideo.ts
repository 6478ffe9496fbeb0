import { z } from "zod";
import { UserError } from "../../core/errors";
import { findFfmpeg } from "./findFfmpeg";
import { inputArguments, type MediaOptions, runMedia } from "./mediaProcess";

export interface VideoFacts {
  /** Average, as the container says. */
  readonly framesPerSecond: number;
  /** Frames in the file; counted without decoding them, of which a damaged file may give fewer. */
  readonly frameCount: number;
}

/** ffprobe gives "N/A" for none. */
const Count = z.union([z.literal("N/A").transform(() => 0), z.coerce.number().int().min(0)]);

const Probed = z.object({
  streams: z.array(
    z.object({ avg_frame_rate: z.string(), nb_read_packets: Count.optional(), nb_read_frames: Count.optional() }),
  ),
});

/** Far more than the answer about one stream takes. */
const MAX_ANSWER_BYTES = 2 ** 20;

export interface ProbeOptions extends MediaOptions {
  /** Counts frames by decoding them: slow, and right for damaged files too. */
  readonly decodes?: boolean;
}

/**
 * Frame rate and number of frames of a video's first picture track; covers of sound files do not count.
 * @throws UserError when the file is no video, or ffmpeg is missing
 */
export async function probeVideo(path: string, options: ProbeOptions = {}): Promise<VideoFacts> {
  const { ffprobe } = await findFfmpeg();
  const count = options.decodes ? "frames" : "packets";
  const wanted = [
    "-select_streams",
    "V:0",
    `-count_${count}`,
    "-show_entries",
    `stream=avg_frame_rate,nb_read_${count}`,
  ];
  const args = ["-v", "error", ...wanted, "-of", "json", ...inputArguments(path)];
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of runMedia(ffprobe, args, path, options)) {
    bytes += piece.length;
    if (bytes > MAX_ANSWER_BYTES) throw new UserError(`"${path}" is no video that can be read; replace the file.`);
    pieces.push(piece);
  }
  const { data } = Probed.safeParse(JSON.parse(Buffer.concat(pieces).toString("utf8")));
  const [stream] = data?.streams ?? [];
  const frameCount = stream?.nb_read_packets ?? stream?.nb_read_frames ?? 0;
  if (!stream || frameCount === 0)
    throw new UserError(`"${path}" has no pictures; replace the file or remove it from the data.`);
  const [frames = 0, seconds = 0] = stream.avg_frame_rate.split("/").map(Number);
  const rate = frames / seconds;
  return { framesPerSecond: Number.isFinite(rate) && rate > 0 ? rate : 1, frameCount };
}
