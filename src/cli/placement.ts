import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defaultThreads } from "../engine/ort/sessionOptions";

/** Path of the worker, which is bundled beside the command line. */
export function workerScript(): string {
  return join(__dirname, "worker.js");
}

/** Folder of the feature cache of the experiments in `baseDirectory`. */
export function cacheDirectoryOf(baseDirectory: string): string {
  return join(baseDirectory, ".unipt", "features");
}

/** Cores that this process may use. */
export function coreCount(): number {
  return availableParallelism();
}

/**
 * Threads of each of `jobs` processes: the cores are shared out, and never fewer than one each. Two threads that compete with
 * other busy processes for a core are several times slower than one.
 */
export function threadsFor(jobs: number): number {
  return Math.max(1, Math.floor(defaultThreads() / Math.max(1, jobs)));
}
