import { readdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { UserError } from "../../core/errors";
import { FeatureCache } from "../../engine/features/featureCache";
import { isTemporary } from "../../store/atomicFile";
import { nodeFileSystem } from "../../store/nodeFileSystem";
import { systemProcesses } from "../../store/processIdentity";
import { runFiles } from "../../store/runDirectory";
import { listRuns } from "../../store/runListing";
import type { ExitCode } from "../exitCode";
import { formatBytes, plural } from "../format";
import { cacheDirectoryOf } from "../../jobs/placement";

export interface CleanOptions {
  readonly directory: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** Something to delete, and how the list shows it. */
interface Leftover {
  readonly path: string;
  readonly shown: string;
}

/**
 * Deletes what can be made again: cached features, and files that dead processes left unfinished in run directories. Runs
 * themselves, their checkpoints included, are never touched.
 */
export async function cleanCommand({ directory, dryRun = false, yes = false }: CleanOptions): Promise<ExitCode> {
  const root = resolve(directory);
  await readdir(root).catch((cause: unknown) => {
    throw new UserError(`"${directory}" is not a folder that can be read; give the folder of your experiment files.`, {
      cause,
    });
  });
  const leftovers = [...(await cachedFeatures(root)), ...(await partialFiles(root))];
  if (leftovers.length === 0) {
    process.stdout.write(`Nothing to clean in ${root}.\n`);
    return 0;
  }
  for (const { shown } of leftovers) process.stdout.write(`${shown}\n`);
  if (dryRun) return 0;
  if (!yes && !(await confirm(`Delete ${plural(leftovers.length, "item")}?`))) {
    process.stdout.write("Nothing was deleted.\n");
    return 0;
  }
  for (const { path } of leftovers) await rm(path, { recursive: true, force: true });
  process.stdout.write(`Deleted ${plural(leftovers.length, "item")}.\n`);
  return 0;
}

async function cachedFeatures(root: string): Promise<Leftover[]> {
  const entries = await new FeatureCache(cacheDirectoryOf(root)).entries();
  return entries.map(({ folder, model, bytes, lastUsedMs }) => ({
    path: folder,
    shown: `features  ${formatBytes(bytes).padStart(9)}  ${model ?? folder}, last used ${new Date(lastUsedMs).toISOString().slice(0, 10)}`,
  }));
}

/** Unfinished files of runs that nobody is working on. */
async function partialFiles(root: string): Promise<Leftover[]> {
  const runs = await listRuns(nodeFileSystem, join(root, "runs"), systemProcesses, Date.now());
  const idle = runs.filter(({ state }) => state !== "running");
  const folders = idle.flatMap(({ directory }) => [directory, join(directory, runFiles.checkpoints)]);
  const found = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(folder).catch(() => []);
      return names.filter(isTemporary).map((name) => join(folder, name));
    }),
  );
  return found.flat().map((path) => ({ path, shown: `partial   ${path}` }));
}

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UserError("Nobody is there to confirm the deletion; add --yes to go ahead.");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
