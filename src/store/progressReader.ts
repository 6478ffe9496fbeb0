import { join } from "node:path";
import type { RunProgress } from "../core/views/runProgress";
import { advance, noProgress } from "../core/views/runProgress";
import { EventHistory } from "./eventHistory";
import type { FileSystem } from "./fileSystem";
import { errorCode } from "./fileSystem";
import { runFiles } from "./runDirectory";
import { storageError } from "./storageError";

/** The beginning tells what is planned, the end how far it is; what lies between is passed over. */
const headBytes = 1 << 16;
const tailBytes = 1 << 18;

/** Follows how far a run is from the ends of its event log: cheap, however long the log. Takes no lock and never writes. */
export class ProgressReader {
  readonly #fs: FileSystem;
  readonly #path: string;
  readonly #selector: string;
  #history = new EventHistory({ keepsRecords: false });
  #offset = 0;
  #progress = noProgress;

  /** @param selector dotted name of the metric that picks the best checkpoint */
  constructor(fs: FileSystem, directory: string, selector: string) {
    this.#fs = fs;
    this.#path = join(directory, runFiles.events);
    this.#selector = selector;
  }

  get progress(): RunProgress {
    return this.#progress;
  }

  /** Takes in what is new; returns whether anything is. One call at a time. @throws UserError when the log cannot be read */
  async poll(): Promise<boolean> {
    const before = this.#progress;
    try {
      const { size } = await this.#fs.stat(this.#path);
      if (size < this.#offset) this.#reset();
      if (this.#offset === 0 && size > headBytes + tailBytes) await this.#take(headBytes);
      if (size - this.#offset > tailBytes) {
        this.#offset = size - tailBytes;
        // What was read last ends within a line, and what follows begins within another.
        this.#push(lineFeed);
      }
      await this.#take(size - this.#offset);
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw storageError("read", this.#path, error);
    }
    return this.#progress !== before;
  }

  async #take(length: number): Promise<void> {
    if (length === 0) return;
    const bytes = await this.#fs.read(this.#path, { offset: this.#offset, length });
    this.#offset += bytes.length;
    this.#push(bytes);
  }

  #push(bytes: Uint8Array): void {
    for (const { event } of this.#history.push(bytes).added) {
      if (event) this.#progress = advance(this.#progress, event, this.#selector);
    }
  }

  #reset(): void {
    this.#history = new EventHistory({ keepsRecords: false });
    this.#offset = 0;
    this.#progress = noProgress;
  }
}

const lineFeed = Uint8Array.of(0x0a);
