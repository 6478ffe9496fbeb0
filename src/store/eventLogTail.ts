import type { HistoryChange } from "./eventHistory";
import { EventHistory } from "./eventHistory";
import type { FileSystem } from "./fileSystem";
import { errorCode } from "./fileSystem";
import { storageError } from "./storageError";

/** Follows the event log of a run that another process may be writing. Takes no lock and never writes. */
export class EventLogTail {
  readonly #fs: FileSystem;
  readonly #path: string;
  readonly history: EventHistory;
  #offset = 0;

  constructor(fs: FileSystem, path: string, options?: { readonly keepsRecords?: boolean }) {
    this.#fs = fs;
    this.#path = path;
    this.history = new EventHistory(options);
  }

  /** Bytes of the log that have been taken in. */
  get offset(): number {
    return this.#offset;
  }

  /**
   * Reads what was added since the last call, or its first `maxBytes`: a process that serves a user takes a long log in
   * pieces. One call at a time. @throws UserError when the file cannot be read
   */
  async poll(maxBytes?: number): Promise<HistoryChange> {
    try {
      const range = { offset: this.#offset, ...(maxBytes !== undefined && { length: maxBytes }) };
      const bytes = await this.#fs.read(this.#path, range);
      this.#offset += bytes.length;
      return this.history.push(bytes);
    } catch (error) {
      if (errorCode(error) === "ENOENT") return { kept: this.history.recordCount, added: [] };
      throw storageError("read", this.#path, error);
    }
  }
}
