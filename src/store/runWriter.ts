import { join } from "node:path";
import { UserError } from "../core/errors";
import type { RunEvent } from "../core/experiment/runEvent";
import type { RunSummary } from "../core/experiment/runSummary";
import { isTemporary, writeJsonAtomic } from "./atomicFile";
import type { Checkpoint, CheckpointInfo } from "./checkpoint";
import { CheckpointStore } from "./checkpointStore";
import { EventLog } from "./eventLog";
import type { FileSystem } from "./fileSystem";
import { errorCode } from "./fileSystem";
import { runFiles } from "./runDirectory";
import { readSummary } from "./runListing";
import type { RunLockOptions } from "./runLock";
import { RunLock } from "./runLock";
import { storageError } from "./storageError";

/** What a trainer says about a checkpoint; the store adds what it knows itself. */
export interface CheckpointContent extends Pick<Checkpoint, "tensors"> {
  readonly info: Omit<CheckpointInfo, "formatVersion" | "eventSeq">;
}

/** The one process that may write to a run directory: holds its lock, appends its events, commits its checkpoints. */
export class RunWriter {
  readonly #fs: FileSystem;
  readonly #lock: RunLock;
  readonly #log: EventLog;
  readonly #checkpoints: CheckpointStore;

  private constructor(
    fs: FileSystem,
    readonly directory: string,
    lock: RunLock,
    log: EventLog,
    checkpoints: CheckpointStore,
    /** State to go on from; undefined when the run starts from its beginning. */
    readonly resumed: Checkpoint | undefined,
    /** Why newer checkpoints were passed over. */
    readonly problems: readonly string[],
  ) {
    this.#fs = fs;
    this.#lock = lock;
    this.#log = log;
    this.#checkpoints = checkpoints;
  }

  /**
   * Opens a run directory for writing, and recovers the state to resume from. Events beyond that state are superseded by what
   * is appended now; the summary of a run that was cancelled or failed is removed.
   * @throws UserError when another process writes to the run, the run is complete, or the disk refuses
   */
  static async open(fs: FileSystem, directory: string, options: RunLockOptions): Promise<RunWriter> {
    const lock = await RunLock.acquire(fs, directory, options);
    try {
      const checkpoints = new CheckpointStore(fs, join(directory, runFiles.checkpoints), lock);
      await refuseComplete(fs, directory);
      await removeLeftovers(fs, directory);
      const { checkpoint, problems } = await checkpoints.recover();
      const log = await EventLog.open(fs, join(directory, runFiles.events), {
        writer: lock.token,
        seq: checkpoint?.info.eventSeq ?? 0,
        fence: lock.check,
        now: options.now,
      });
      return new RunWriter(fs, directory, lock, log, checkpoints, checkpoint, problems);
    } catch (error) {
      await lock.release();
      throw storageError("open", directory, error);
    }
  }

  /** Adds an event; see {@link EventLog.append}. */
  append(event: RunEvent): Promise<void> {
    return this.#log.append(event);
  }

  /** Shows other machines that this process lives; see {@link RunLock.beat}. */
  beat(): Promise<void> {
    return this.#lock.beat();
  }

  /**
   * Commits a checkpoint, after all events it has seen.
   * @throws UserError when the disk refuses or the lock is lost; nothing committed before is lost, and it can be tried again
   */
  async saveCheckpoint({ info, tensors }: CheckpointContent): Promise<{ file: string; bytes: number }> {
    const eventSeq = this.#log.seq;
    await this.#log.flush();
    return this.#checkpoints.save({ info: { ...info, formatVersion: 1, eventSeq }, tensors });
  }

  /** Reads a checkpoint of this run, such as its best. @throws UserError when it is missing or damaged */
  loadCheckpoint(file: string): Promise<Checkpoint> {
    return this.#checkpoints.load(file);
  }

  /** Writes the summary: from here on the run has ended. @throws UserError when the disk refuses or the lock is lost */
  async finish(summary: RunSummary): Promise<void> {
    await this.#log.flush();
    await writeJsonAtomic(this.#fs, join(this.directory, runFiles.summary), summary, this.#lock.check);
  }

  /** Flushes the log and gives the lock back, which happens even when flushing fails. */
  async close(): Promise<void> {
    try {
      await this.#log.close();
    } finally {
      await this.#lock.release();
    }
  }
}

/** A run that came to its end stays as it is: starting it again, by accident or by a scheduler, must change nothing. */
async function refuseComplete(fs: FileSystem, directory: string): Promise<void> {
  if (!(await namesIn(fs, directory)).includes(runFiles.summary)) return;
  const summary = await readSummary(fs, directory).catch(() => undefined);
  if (summary?.outcome !== "completed" && summary?.outcome !== "early-stopped") return;
  throw new UserError(`${directory} is complete; there is nothing to resume, so start a new run instead.`);
}

/** Removes what a dead writer left unfinished, and the summary of an end that is no longer one. */
async function removeLeftovers(fs: FileSystem, directory: string): Promise<void> {
  for (const folder of [directory, join(directory, runFiles.checkpoints)]) {
    for (const name of await namesIn(fs, folder)) {
      if (isTemporary(name) || name === runFiles.summary) await fs.remove(join(folder, name));
    }
  }
}

async function namesIn(fs: FileSystem, directory: string): Promise<readonly string[]> {
  try {
    return (await fs.list(directory)).map(({ name }) => name);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}
