import type { JobCommand } from "../core/experiment/jobRecord";
import { errorCode, type FileSystem } from "../store/fileSystem";
import { newest } from "../store/lockFile";
import { takeRequests } from "./jobFiles";

/** Requests are answered, and the end of the directory is noticed, within this time. */
const intervalMs = 250;

export interface JobDirectoryListener {
  onCommand(command: JobCommand): void;
  /** Told once, with the reason, when the directory is gone or belongs to another process. */
  onLost(why: string): void;
  /** Told when the directory cannot be read for the moment. */
  onError(error: unknown): void;
}

/** Looks for requests in the directory of a job, and whether it still belongs to the holder of the lock with this token. */
export function watchJobDirectory(
  fs: FileSystem,
  directory: string,
  token: number,
  listener: JobDirectoryListener,
): { stop(): void } {
  let isOver = false;
  let isBroken = false;
  const look = async (): Promise<void> => {
    try {
      const names = (await fs.list(directory)).map(({ name }) => name);
      isBroken = false;
      if (newest(names).token !== token) lost("another process has taken the list over");
      else for (const command of await takeRequests(fs, directory, names)) listener.onCommand(command);
    } catch (error) {
      if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") lost("its directory was deleted");
      else if (!isBroken) listener.onError(error);
      isBroken = true;
    }
    if (!isOver) timer = setTimeout(() => void look(), intervalMs);
  };
  const lost = (why: string): void => {
    if (!isOver) listener.onLost(why);
    isOver = true;
  };
  let timer = setTimeout(() => void look(), intervalMs);
  return {
    stop: () => {
      isOver = true;
      clearTimeout(timer);
    },
  };
}
