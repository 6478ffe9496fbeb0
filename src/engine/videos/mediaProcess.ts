import { spawn } from "node:child_process";
import { UserError } from "../../core/errors";

/** Containers that videos come in. Playlists and lists of files are not among them: they would read other files. */
const containers = [
  "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,mpegvideo,m4v,flv,asf,ogg,gif,ivf,h264,hevc,yuv4mpegpipe,nut",
].join();

/** No decoded picture may be larger; 8K fits. */
const MAX_PIXELS = 2 ** 26;
/** A program that gives nothing for this long is ended. */
const SILENCE_MS = 60_000;
/** Of what a program complains, this much is kept. */
const MAX_COMPLAINT = 4096;

/**
 * Arguments by which ffmpeg and ffprobe read one local file and nothing else: neither the network nor files that it names.
 * The path is never taken for an option or another protocol.
 */
export function inputArguments(path: string): readonly string[] {
  return [
    "-protocol_whitelist",
    "file,pipe",
    "-format_whitelist",
    containers,
    "-max_pixels",
    `${MAX_PIXELS}`,
    "-i",
    `file:${path}`,
  ];
}

export interface MediaOptions {
  readonly signal?: AbortSignal | undefined;
  readonly silenceMs?: number;
}

/**
 * Runs ffmpeg or ffprobe and gives what it writes, piece by piece; nothing more is read ahead than the pipe holds. The
 * program is ended when the caller stops reading, when `signal` is raised, or when it is silent for too long.
 *
 * @param path the video, for messages
 * @throws UserError when the program fails or is silent for too long
 */
export async function* runMedia(
  program: string,
  args: readonly string[],
  path: string,
  { signal, silenceMs = SILENCE_MS }: MediaOptions = {},
): AsyncGenerator<Buffer, void> {
  signal?.throwIfAborted();
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint = (complaint + text).slice(-MAX_COMPLAINT);
  });
  const end = (): void => void child.kill("SIGKILL");
  const silence = new Silence(silenceMs, end);
  signal?.addEventListener("abort", end, { once: true });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject).once("close", resolve);
  });
  ended.catch(() => undefined); // awaited below, unless the caller stops first
  try {
    for await (const piece of child.stdout) {
      silence.stop();
      yield piece as Buffer;
      silence.start();
    }
    const code = await ended;
    signal?.throwIfAborted();
    if (silence.isTooLong)
      throw new UserError(
        `"${path}" cannot be read: nothing was decoded for ${silenceMs / 1000} seconds; replace the file or remove it from the data.`,
      );
    if (code !== 0)
      throw new UserError(
        `"${path}" cannot be decoded (${reasonOf(complaint, path)}); replace the file or remove it from the data.`,
      );
  } finally {
    silence.stop();
    signal?.removeEventListener("abort", end);
    end();
  }
}

/** Watches how long a program gives nothing; the time that its reader takes does not count. */
class Silence {
  isTooLong = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly limitMs: number,
    readonly onTooLong: () => void,
  ) {
    this.start();
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.isTooLong = true;
      this.onTooLong();
    }, this.limitMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** The last line of what the program complained about, without the path, which the message has already. */
function reasonOf(complaint: string, path: string): string {
  const last = complaint.trim().split("\n").at(-1) ?? "";
  const reason = last.replace(`file:${path}: `, "").replace(/[.\s]+$/, "");
  return reason === "" ? "for an unknown reason" : reason;
}
