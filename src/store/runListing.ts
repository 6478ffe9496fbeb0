import { basename, join } from "node:path";
import type { z } from "zod";
import { UserError } from "../core/errors";
import type { RunSummary as Summary } from "../core/experiment/runSummary";
import { RunSummary } from "../core/experiment/runSummary";
import type { RunManifest as Manifest } from "../core/experiment/runManifest";
import { RunManifest } from "../core/experiment/runManifest";
import type { FileSystem } from "./fileSystem";
import { errorCode } from "./fileSystem";
import { lockState } from "./lockFile";
import type { ProcessTable } from "./processIdentity";
import { locateBaseDirectory } from "./locateBaseDirectory";
import { runFiles } from "./runDirectory";
import type { RunName } from "./runName";
import { parseRunName } from "./runName";
import { storageError } from "./storageError";

/** `interrupted`: neither running nor ended; it can be resumed. `broken`: its files cannot be read. */
export type RunState = Summary["outcome"] | "running" | "interrupted" | "broken";

/** What a list of runs shows of one. */
export interface RunListing extends RunName {
  readonly directory: string;
  readonly state: RunState;
  readonly summary?: Summary | undefined;
  /** Process that works on a run that is running. */
  readonly pid?: number | undefined;
  /** What is wrong with a broken run, in a sentence. */
  readonly problem?: string;
}

/** How many runs are looked at together: enough to hide the latency of a network disk, few enough for its file limits. */
const concurrency = 32;

/**
 * All runs below `root`, ordered by name; none when the directory is missing. A run that cannot be read is listed as broken.
 * @throws UserError when `root` itself cannot be read
 */
export async function listRuns(
  fs: FileSystem,
  root: string,
  processes: ProcessTable,
  now: number,
): Promise<readonly RunListing[]> {
  return readRuns(fs, await runDirectories(fs, root), processes, now);
}

/** Looks at several runs, in their order; directories that are no runs are left out. */
export async function readRuns(
  fs: FileSystem,
  directories: readonly string[],
  processes: ProcessTable,
  now: number,
): Promise<readonly RunListing[]> {
  const listings = new Array<RunListing | undefined>(directories.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < directories.length; i = next++) {
      const directory = directories[i];
      if (directory !== undefined) listings[i] = await readRun(fs, directory, processes, now);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, directories.length) }, worker));
  return listings.filter((listing) => listing !== undefined);
}

/** Looks at one run; undefined when the directory's name is not that of a run. Never rejects: what fails makes it broken. */
export async function readRun(
  fs: FileSystem,
  directory: string,
  processes: ProcessTable,
  now: number,
): Promise<RunListing | undefined> {
  const name = parseRunName(basename(directory));
  if (name === undefined) return undefined;
  try {
    const files = (await fs.list(directory)).map((entry) => entry.name);
    if (!files.includes(runFiles.manifest))
      return { ...name, directory, state: "broken", problem: noManifest(directory) };
    const lock = await lockState(fs, directory, processes, now, files);
    if (lock.isHeld) return { ...name, directory, state: "running", pid: lock.holder?.pid };
    if (!files.includes(runFiles.summary)) return { ...name, directory, state: "interrupted" };
    const summary = await readSummary(fs, directory);
    return { ...name, directory, state: summary.outcome, summary };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { ...name, directory, state: "broken", problem };
  }
}

/**
 * The settings and provenance of a run; `baseDirectory` is where the run's files are now, should it have been moved along with
 * them.
 * @throws UserError when `config.json` is missing or damaged
 */
export async function readManifest(fs: FileSystem, directory: string): Promise<Manifest> {
  const manifest = await readJson(fs, join(directory, runFiles.manifest), RunManifest);
  return { ...manifest, baseDirectory: await locateBaseDirectory(fs, directory, manifest) };
}

/** The results of a run that has ended. @throws UserError when `summary.json` is missing or damaged */
export function readSummary(fs: FileSystem, directory: string): Promise<Summary> {
  return readJson(fs, join(directory, runFiles.summary), RunSummary);
}

async function readJson<T>(fs: FileSystem, path: string, schema: z.ZodType<T>): Promise<T> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(await fs.read(path)));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw storageError("read", path, error);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new UserError(`${path} is damaged or was written by another version of UniPT Lab; start the run anew.`);
}

/** Directories below `root` that bear the name of a run, in order; none when it is missing. @throws UserError when it cannot be read */
export async function runDirectories(fs: FileSystem, root: string): Promise<readonly string[]> {
  try {
    const entries = await fs.list(root);
    const names = entries.filter(({ isDirectory, name }) => isDirectory && parseRunName(name) !== undefined);
    return names.map(({ name }) => join(root, name)).sort();
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw storageError("read", root, error);
  }
}

function noManifest(directory: string): string {
  return `${directory} has no ${runFiles.manifest}: it is no complete run; delete it.`;
}
