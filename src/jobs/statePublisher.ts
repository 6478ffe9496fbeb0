import { join } from "node:path";
import type { JobState } from "../core/experiment/jobRecord";
import { writeJsonAtomic } from "../store/atomicFile";
import type { FileSystem } from "../store/fileSystem";
import { jobFiles } from "./jobFiles";

/** Progress is told at most this often to a process that listens, and written at most once a second. */
const tellIntervalMs = 250;
const writeIntervalMs = 1_000;

/** Tells others how a job stands: those that listen, and through `state.json` those that come later. */
export class StatePublisher {
  readonly #fs: FileSystem;
  readonly #directory: string;
  readonly #tell: (state: JobState) => void;
  readonly #onError: (error: unknown) => void;
  #latest: JobState;
  #tellTimer: NodeJS.Timeout | undefined;
  #writeTimer: NodeJS.Timeout | undefined;
  #lastWrite: Promise<void> = Promise.resolve();

  constructor(
    fs: FileSystem,
    directory: string,
    initial: JobState,
    tell: (state: JobState) => void,
    onError: (error: unknown) => void,
  ) {
    this.#fs = fs;
    this.#directory = directory;
    this.#latest = initial;
    this.#tell = tell;
    this.#onError = onError;
  }

  /** Takes a new state; one that is urgent is passed on at once. */
  publish(state: JobState, isUrgent: boolean): void {
    this.#latest = state;
    if (isUrgent) {
      this.#tellNow();
      void this.flush();
      return;
    }
    this.#tellTimer ??= setTimeout(() => this.#tellNow(), tellIntervalMs);
    this.#writeTimer ??= setTimeout(() => void this.flush(), writeIntervalMs);
  }

  /** Writes the latest state; one write at a time. Never rejects: a disk that is full now may have room later. */
  flush(): Promise<void> {
    clearTimeout(this.#writeTimer);
    this.#writeTimer = undefined;
    this.#lastWrite = this.#lastWrite.then(async () => {
      try {
        await writeJsonAtomic(this.#fs, join(this.#directory, jobFiles.state), this.#latest);
      } catch (error) {
        this.#onError(error);
      }
    });
    return this.#lastWrite;
  }

  #tellNow(): void {
    clearTimeout(this.#tellTimer);
    this.#tellTimer = undefined;
    this.#tell(this.#latest);
  }
}
