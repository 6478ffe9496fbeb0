import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../core/errors";
import type { FileSystem } from "./fileSystem";
import { errorCode } from "./fileSystem";
import type { ProcessTable } from "./processIdentity";
import { ProcessIdentity } from "./processIdentity";
import { storageError } from "./storageError";

/**
 * A holder that this system cannot see (another machine, another container) counts as gone after so long without a heartbeat.
 * Long, because a single training step may block it; a holder that is visible needs no heartbeat at all.
 */
export const silenceMs = 120_000;

const LockFile = z.object({ token: z.int().positive(), holder: ProcessIdentity, acquiredAt: z.string() });
type LockFile = z.infer<typeof LockFile>;

const namePattern = /^lock\.(\d{1,12})(\.released)?$/;

export interface LockState {
  /** Token of the last holder; 0 when there was none. */
  readonly token: number;
  /** Whether a process that lives holds the lock. */
  readonly isHeld: boolean;
  /** That process; unknown while its lock file is being written. */
  readonly holder?: ProcessIdentity | undefined;
}

/** Who holds the lock of a directory; takes no lock itself. `now` is the time on the directory's disk. */
export async function lockState(
  fs: FileSystem,
  directory: string,
  processes: ProcessTable,
  now: number,
  names?: readonly string[],
): Promise<LockState> {
  const { token, isReleased } = newest(names ?? (await fs.list(directory)).map(({ name }) => name));
  if (token === 0 || isReleased) return { token, isHeld: false };
  const path = join(directory, lockName(token));
  try {
    const lock = parseLock(await fs.read(path));
    const { modifiedMs } = await fs.stat(path);
    const state = lock === undefined ? "unknown" : processes.state(lock.holder);
    const isHeld = state === "alive" || (state === "unknown" && now - modifiedMs < silenceMs);
    return { token, isHeld, holder: lock?.holder };
  } catch (error) {
    // Released or taken over between the two looks.
    if (errorCode(error) === "ENOENT") return { token, isHeld: false };
    throw storageError("read", path, error);
  }
}

/** The newest token among the names of a directory's files; locks stay, held or released, until a successor removes them. */
export function newest(names: readonly string[]): { token: number; isReleased: boolean } {
  let latest = { token: 0, isReleased: false };
  for (const name of names) {
    const [, digits, released] = namePattern.exec(name) ?? [];
    const token = Number(digits ?? 0);
    if (token > latest.token || (token === latest.token && released !== undefined)) {
      latest = { token, isReleased: released !== undefined };
    }
  }
  return latest;
}

export function lockName(token: number, isReleased = false): string {
  return `lock.${token}${isReleased ? ".released" : ""}`;
}

export function encodeLock(token: number, holder: ProcessIdentity, acquiredAt: string): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify({ token, holder, acquiredAt } satisfies LockFile)}\n`);
}

function parseLock(bytes: Uint8Array): LockFile | undefined {
  try {
    return LockFile.safeParse(JSON.parse(new TextDecoder().decode(bytes))).data;
  } catch {
    return undefined;
  }
}

/** The sentence for a user who wants what another process holds. */
export function busyError(directory: string, holder: ProcessIdentity | undefined): UserError {
  const who = holder === undefined ? "another process" : `process ${holder.pid} on ${holder.host}`;
  return new UserError(`${directory} is in use by ${who}; wait for it to end, or stop it first.`);
}
