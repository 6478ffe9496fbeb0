import { availableParallelism } from "node:os";
import { join } from "node:path";

/** Folder of the feature cache of the experiments in `baseDirectory`. */
export function cacheDirectoryOf(baseDirectory: string): string {
  return join(baseDirectory, ".unipt", "features");
}

/** Folder of the run directories of the experiments in `baseDirectory`, where no other is chosen. */
export function runsDirectoryOf(baseDirectory: string): string {
  return join(baseDirectory, "runs");
}

/** Cores that this process may use. */
export function coreCount(): number {
  return availableParallelism();
}

/**
 * How many of `runs` runs train at a time, at most `jobs`: on the CPU they share the cores out, while several on one GPU would
 * only get in each other's way.
 */
export function trainingConcurrency(
  extracted: readonly { readonly device: string }[],
  jobs: number,
  runs: number,
): number {
  const isCpu = extracted.every(({ device }) => device === "cpu");
  return isCpu ? Math.min(jobs, Math.max(1, runs)) : 1;
}
