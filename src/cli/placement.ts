import { join } from "node:path";

/** Path of the worker, which is bundled beside the command line. */
export function workerScript(): string {
  return join(__dirname, "worker.js");
}
