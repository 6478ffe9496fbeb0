import { findFfmpeg } from "./findFfmpeg";
import { runMedia } from "./mediaProcess";

/** What the ffmpeg found calls its version. @throws UserError when there is none, or it does not run */
export async function ffmpegVersion(): Promise<string> {
  const { ffmpeg } = await findFfmpeg();
  let text = "";
  for await (const piece of runMedia(ffmpeg, ["-version"], ffmpeg)) text += piece.toString("utf8");
  const [, version] = /^ffmpeg version (\S+)/.exec(text) ?? [];
  return version ?? "unknown";
}
