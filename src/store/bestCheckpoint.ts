import { join } from "node:path";
import { UserError } from "../core/errors";
import type { Checkpoint } from "./checkpoint";
import { checkpointFiles } from "./checkpointStore";
import { errorCode, type FileSystem } from "./fileSystem";
import { loadCheckpoint } from "./loadCheckpoint";
import { runFiles } from "./runDirectory";
import { readSummary } from "./runListing";

/** A run that goes on replaces its best checkpoint; so often the newest is looked for again. */
const attempts = 3;

/**
 * Name of the best checkpoint of a run: the one that its summary names, or, while it runs or after it was interrupted, the
 * newest there is.
 * @throws UserError when there is none yet
 */
export async function bestCheckpoint(fs: FileSystem, runDirectory: string): Promise<string> {
  const named = await namedBySummary(fs, runDirectory);
  if (named !== undefined) return named;
  const [newest] = await checkpointFiles(fs, join(runDirectory, runFiles.checkpoints), "best");
  if (newest) return newest.name;
  throw new UserError(`"${runDirectory}" has no best checkpoint; let the run reach an evaluation first.`);
}

/** Reads the best checkpoint, and says which it is. @throws UserError when there is none yet, or it is damaged */
export async function loadBestCheckpoint(
  fs: FileSystem,
  runDirectory: string,
): Promise<Checkpoint & { readonly file: string }> {
  for (let attempt = 1; ; attempt++) {
    const file = await bestCheckpoint(fs, runDirectory);
    try {
      return { ...(await loadCheckpoint(fs, join(runDirectory, runFiles.checkpoints, file))), file };
    } catch (error) {
      // Removed between the look and the reading, because there is a better one.
      if (attempt === attempts || file === (await bestCheckpoint(fs, runDirectory))) throw error;
    }
  }
}

async function namedBySummary(fs: FileSystem, runDirectory: string): Promise<string | undefined> {
  try {
    await fs.stat(join(runDirectory, runFiles.summary));
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  return (await readSummary(fs, runDirectory)).best?.checkpoint;
}
