import { access, constants, stat } from "node:fs/promises";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { UserError } from "../../core/errors";

/** The two programs that read videos; absolute paths. */
export interface Ffmpeg {
  readonly ffmpeg: string;
  readonly ffprobe: string;
}

/** Names the ffmpeg to use, or the folder that it is in, instead of the one on PATH. */
export const FFMPEG_VARIABLE = "UNIPT_FFMPEG";

/**
 * Finds ffmpeg and the ffprobe beside it: where the environment says, else on PATH. Relative entries of PATH are passed
 * over, lest a data folder bring a program of that name.
 * @throws UserError when there is none
 */
export async function findFfmpeg(environment: NodeJS.ProcessEnv = process.env): Promise<Ffmpeg> {
  const named = environment[FFMPEG_VARIABLE];
  if (named) {
    const folder = (await isFolder(named)) ? named : dirname(named);
    const found = isAbsolute(named) ? await inFolder(folder) : undefined;
    if (found) return found;
    throw new UserError(
      `${FFMPEG_VARIABLE} is "${named}", where there is no ffmpeg with ffprobe beside it; give the absolute path of the program, or unset it to use the one on PATH.`,
    );
  }
  const path = environment["PATH"] ?? environment["Path"] ?? "";
  for (const folder of path.split(delimiter).filter((entry) => isAbsolute(entry))) {
    const found = await inFolder(folder);
    if (found) return found;
  }
  throw new UserError(
    `Videos are read with ffmpeg, which is not on PATH; install it (${installation(process.platform)}), or set ${FFMPEG_VARIABLE} to its path.`,
  );
}

/** How to get it, in the words of the platform. */
export function installation(platform: NodeJS.Platform): string {
  if (platform === "darwin") return "`brew install ffmpeg`";
  if (platform === "win32") return "`winget install Gyan.FFmpeg`, then open a new terminal";
  return "`apt install ffmpeg`, `dnf install ffmpeg-free` or your distribution's like";
}

async function inFolder(folder: string): Promise<Ffmpeg | undefined> {
  const extension = process.platform === "win32" ? ".exe" : "";
  const ffmpeg = join(folder, `ffmpeg${extension}`);
  const ffprobe = join(folder, `ffprobe${extension}`);
  return (await isProgram(ffmpeg)) && (await isProgram(ffprobe)) ? { ffmpeg, ffprobe } : undefined;
}

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    async () => (await stat(path)).isFile(),
    () => false,
  );
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}
