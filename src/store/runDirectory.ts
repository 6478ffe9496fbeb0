import { dirname, join } from "node:path";
import type { RunManifest } from "../core/experiment/runManifest";
import { writeJsonAtomic } from "./atomicFile";
import type { FileSystem } from "./fileSystem";
import { errorCode } from "./fileSystem";
import { formatRunName } from "./runName";
import { storageError } from "./storageError";

/** What lies where in a run directory. */
export const runFiles = {
  manifest: "config.json",
  events: "events.jsonl",
  checkpoints: "checkpoints",
  summary: "summary.json",
} as const;

/** Folder beside an experiment file that its runs are made in. */
export const runsFolder = "runs";

/** Codes with which systems refuse to rename a directory onto one that is not empty. */
const taken = new Set(["EEXIST", "ENOTEMPTY", "EPERM", "EACCES", "ENOTDIR"]);

let created = 0;

/**
 * Makes a new run directory below `root`, under the first free name. It appears in one piece, with its `config.json`: a
 * directory that is prepared aside is renamed.
 * @returns the path of the directory
 * @throws UserError when the disk refuses
 */
export async function createRun(fs: FileSystem, root: string, manifest: RunManifest): Promise<string> {
  const prepared = join(root, `.run.${process.pid}-${++created}.tmp`);
  try {
    await makeDirectories(fs, root);
    await fs.makeDirectory(prepared);
    await writeJsonAtomic(fs, join(prepared, runFiles.manifest), manifest);
    const directory = await renameToFreeName(fs, prepared, root, manifest);
    await fs.syncDirectory(root);
    return directory;
  } catch (error) {
    await fs.remove(prepared).catch(() => undefined);
    throw storageError("make a run in", root, error);
  }
}

async function renameToFreeName(
  fs: FileSystem,
  prepared: string,
  root: string,
  manifest: RunManifest,
): Promise<string> {
  const { experiment, variant, seed } = manifest;
  const names = new Set((await fs.list(root)).map(({ name }) => name));
  for (let attempt = 1; ; attempt++) {
    const name = formatRunName({ experiment, variant, seed, attempt });
    if (names.has(name)) continue;
    try {
      await fs.rename(prepared, join(root, name));
      return join(root, name);
    } catch (error) {
      // Another process took the name since the listing; anything else is a fault of the disk.
      const now = new Set((await fs.list(root)).map((entry) => entry.name));
      if (!taken.has(errorCode(error) ?? "") || !now.has(name)) throw error;
    }
  }
}

/** Makes a directory and those above it, each of them durable. */
async function makeDirectories(fs: FileSystem, path: string): Promise<void> {
  try {
    await fs.makeDirectory(path);
  } catch (error) {
    if (errorCode(error) === "EEXIST") return;
    if (errorCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    await makeDirectories(fs, dirname(path));
    await makeDirectories(fs, path);
    return;
  }
  await fs.syncDirectory(dirname(path));
}
