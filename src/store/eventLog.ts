import { dirname } from "node:path";
import type { RunEvent } from "../core/experiment/runEvent";
import type { Fence } from "./atomicFile";
import { EventHistory } from "./eventHistory";
import { encodeRecord } from "./eventRecord";
import type { FileSystem, WritableFile } from "./fileSystem";
import { errorCode } from "./fileSystem";
import { storageError } from "./storageError";

const lineFeed = Uint8Array.of(0x0a);

export interface EventLogOptions {
  /** Token of the lock that this process holds; higher than that of every writer before. */
  readonly writer: number;
  /** Where to go on: 0 for a new run, else what the checkpoint has seen. Later events of the log are superseded. */
  readonly seq: number;
  readonly fence: Fence;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * The writing end of a run's event log (JSON Lines, one checksum per line; {@link EventHistory} says how it is read). Nothing
 * is lost when a write fails: what could not be written goes out with the next.
 */
export class EventLog {
  readonly #path: string;
  readonly #options: EventLogOptions;
  readonly #file: WritableFile;
  #seq: number;
  #unwritten: Uint8Array[] = [];
  /** The file may end within a line: after a crash of the last writer, or a failed write. */
  #mayBeTorn = true;
  #lastWrite: Promise<void> = Promise.resolve();

  private constructor(path: string, file: WritableFile, options: EventLogOptions) {
    this.#path = path;
    this.#file = file;
    this.#options = options;
    this.#seq = options.seq;
  }

  /** @throws UserError when the file cannot be opened or made */
  static async open(fs: FileSystem, path: string, options: EventLogOptions): Promise<EventLog> {
    try {
      const log = new EventLog(path, await fs.open(path, "append"), options);
      await fs.syncDirectory(dirname(path));
      return log;
    } catch (error) {
      throw storageError("open", path, error);
    }
  }

  /** How many events count so far: what a checkpoint made now has seen. */
  get seq(): number {
    return this.#seq;
  }

  /**
   * Adds an event. It is safe from a crash of this process once the promise resolves, and from a power loss after `flush`.
   * @throws UserError when the disk refuses; the event is kept and goes out with the next `append` or `flush`
   */
  append(event: RunEvent): Promise<void> {
    const { writer, now } = this.#options;
    this.#unwritten.push(encodeRecord({ seq: this.#seq++, writer, time: now(), event }));
    return this.#write();
  }

  /** Makes every event so far survive a power loss. @throws UserError as `append` does, or when the lock is lost */
  async flush(): Promise<void> {
    await this.#options.fence();
    await this.#write();
    await this.#file.sync().catch((error: unknown) => {
      throw storageError("write", this.#path, error);
    });
  }

  /** Flushes and closes; the file is closed even when flushing fails. */
  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#file.close().catch((error: unknown) => {
        throw storageError("close", this.#path, error);
      });
    }
  }

  /** One write at a time, in order; what piles up meanwhile goes out together. */
  #write(): Promise<void> {
    this.#lastWrite = this.#lastWrite.catch(() => undefined).then(() => this.#drain());
    return this.#lastWrite;
  }

  async #drain(): Promise<void> {
    if (this.#unwritten.length === 0) return;
    const lines = this.#unwritten;
    this.#unwritten = [];
    try {
      await this.#file.write(Buffer.concat(this.#mayBeTorn ? [lineFeed, ...lines] : lines));
      this.#mayBeTorn = false;
    } catch (error) {
      this.#unwritten = [...lines, ...this.#unwritten];
      this.#mayBeTorn = true;
      throw storageError("write", this.#path, error);
    }
  }
}

/** Reads a whole event log; one that is not there has no events. */
export async function readEventLog(fs: FileSystem, path: string): Promise<EventHistory> {
  const history = new EventHistory();
  try {
    history.push(await fs.read(path));
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw storageError("read", path, error);
  }
  return history;
}
