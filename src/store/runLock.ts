import { join } from "node:path";
import { UserError } from "../core/errors";
import type { FileSystem } from "./fileSystem";
import { errorCode } from "./fileSystem";
import { busyError, encodeLock, lockName, lockState, newest } from "./lockFile";
import type { ProcessTable } from "./processIdentity";
import { storageError } from "./storageError";

/** How often a holder shows that it lives; matters only to processes on other machines. */
const heartbeatMs = 2_000;

export interface RunLockOptions {
  readonly processes: ProcessTable;
  /** Milliseconds since 1970, for the record. */
  readonly now: () => number;
  /** Take the lock from a holder that lives: its next commit is then refused. For a holder that hangs. */
  readonly isForced?: boolean;
}

/**
 * Exclusive right to write to a run directory.
 *
 * A lock is the file `lock.<token>`, and the highest token holds. To take over from token n means to create n + 1, which only
 * one process can; nobody ever removes a lock that counts. Tokens only grow, so they also order all that is written under
 * them (see {@link EventHistory}, {@link CheckpointStore}): what a process writes after it lost its lock is ignored.
 */
export class RunLock {
  readonly #fs: FileSystem;
  readonly #directory: string;
  readonly token: number;
  readonly #heartbeat: NodeJS.Timeout;

  private constructor(fs: FileSystem, directory: string, token: number) {
    this.#fs = fs;
    this.#directory = directory;
    this.token = token;
    // A missed beat is no fault: `check` finds out before anything is committed.
    this.#heartbeat = setInterval(() => void this.beat().catch(() => undefined), heartbeatMs).unref();
  }

  /**
   * Takes the lock, at once also from a holder on this machine that has died.
   * @throws UserError that names the process which holds it
   */
  static async acquire(fs: FileSystem, directory: string, options: RunLockOptions): Promise<RunLock> {
    const candidate = join(directory, `.lock.${process.pid}-${++candidates}.tmp`);
    try {
      for (;;) {
        const token = await tryAcquire(fs, directory, candidate, options);
        if (token !== undefined) return new RunLock(fs, directory, token);
      }
    } catch (error) {
      throw storageError("lock", directory, error);
    } finally {
      await fs.remove(candidate).catch(() => undefined);
    }
  }

  /** Shows other machines that this process lives. Call it between steps that may block for minutes. */
  async beat(): Promise<void> {
    await this.#fs.touch(this.#path);
  }

  /** Passes while this process holds the lock. @throws UserError once another has taken it */
  readonly check = async (): Promise<void> => {
    const { token } = newest(await this.#names());
    if (token === this.token) return;
    throw new UserError(
      `${this.#directory} was taken over by another process; this one stops and writes nothing more.`,
    );
  };

  /** Gives the lock back; does nothing if another process has it by now. */
  async release(): Promise<void> {
    clearInterval(this.#heartbeat);
    try {
      await this.#fs.rename(this.#path, join(this.#directory, lockName(this.token, true)));
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw storageError("unlock", this.#directory, error);
    }
  }

  async #names(): Promise<readonly string[]> {
    try {
      return (await this.#fs.list(this.#directory)).map(({ name }) => name);
    } catch (error) {
      throw storageError("look into", this.#directory, error);
    }
  }

  get #path(): string {
    return join(this.#directory, lockName(this.token));
  }
}

let candidates = 0;

/** One attempt; undefined when another process was faster. */
async function tryAcquire(
  fs: FileSystem,
  directory: string,
  candidate: string,
  { processes, now, isForced = false }: RunLockOptions,
): Promise<number | undefined> {
  const names = (await fs.list(directory)).map(({ name }) => name);
  const token = newest(names).token + 1;
  const file = await fs.open(candidate, "create");
  try {
    await file.write(encodeLock(token, processes.self(), new Date(now()).toISOString()));
    await file.sync();
  } finally {
    await file.close();
  }
  const path = join(directory, lockName(token));
  try {
    const { modifiedMs } = await fs.stat(candidate);
    const { isHeld, holder } = await lockState(fs, directory, processes, modifiedMs, names);
    if (isHeld && !isForced) throw busyError(directory, holder);
    await fs.link(candidate, path);
  } catch (error) {
    // EEXIST: another process was faster. ENOENT: the new holder tidied up, our candidate included.
    if (errorCode(error) === "EEXIST" || errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
  // Others may have held this very token, or later ones, and given them back since the first look.
  const after = (await fs.list(directory)).map(({ name }) => name);
  const top = newest(after);
  if (top.token !== token || top.isReleased) {
    await fs.remove(path).catch(() => undefined);
    return undefined;
  }
  await fs.syncDirectory(directory);
  for (const name of after) {
    const { token: old } = newest([name]);
    if (old > 0 && old < token) await fs.remove(join(directory, name)).catch(() => undefined);
  }
  return token;
}
