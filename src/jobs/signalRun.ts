import { UserError } from "../core/errors";
import type { FileSystem } from "../store/fileSystem";
import { lockState } from "../store/lockFile";
import type { ProcessTable } from "../store/processIdentity";

/**
 * Asks the process that works on a run to stop (SIGTERM) or ends it (SIGKILL): for runs that are none of this program's own
 * jobs. Nothing is sent but to the very process that holds the run's lock.
 * @returns whether there was one
 * @throws UserError when it cannot be told for certain, for example on another machine
 */
export async function signalRun(
  fs: FileSystem,
  processes: ProcessTable,
  directory: string,
  signal: "SIGTERM" | "SIGKILL",
  now: number,
): Promise<boolean> {
  const { isHeld, holder } = await lockState(fs, directory, processes, now);
  if (!isHeld) return false;
  if (!holder || holder.pid <= 1 || processes.state(holder) !== "alive") {
    const who = holder === undefined ? "another process" : `process ${holder.pid} on ${holder.host}`;
    throw new UserError(`${directory} is worked on by ${who}, which cannot be reached from here; stop it there.`);
  }
  process.kill(holder.pid, signal);
  return true;
}
