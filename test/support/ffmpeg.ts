import { spawnSync } from "node:child_process";

/** Whether videos can be made and read here; tests of videos are skipped where not. */
export const hasFfmpeg =
  process.env["UNIPT_FFMPEG"] !== undefined || spawnSync("ffprobe", ["-version"], { stdio: "ignore" }).status === 0;

/** Makes a file from a source of ffmpeg's filters, e.g. `testsrc=duration=2`. */
export function makeVideo(path: string, source: string, ...options: readonly string[]): string {
  const args = ["-v", "error", "-y", "-f", "lavfi", "-i", source, ...options, `file:${path}`];
  const { status, stderr } = spawnSync("ffmpeg", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`ffmpeg made no ${path}: ${stderr}`);
  return path;
}

/** A lossless video whose every frame tells its number: red holds the low byte, green the next. */
export function makeNumberedVideo(path: string, frames: number, framesPerSecond: number): string {
  const number = "r='mod(N,256)':g='floor(N/256)':b='255'";
  const source = `nullsrc=size=8x6:rate=${framesPerSecond}:duration=${frames / framesPerSecond},format=gbrp,geq=${number}`;
  return makeVideo(path, source, "-c:v", "ffv1", "-pix_fmt", "gbrp");
}
