import { basename, join } from "node:path";
import type { RunManifest } from "../../core/experiment/runManifest";
import type { RunContext } from "../../core/views/dashboardState";
import { selectorOf } from "../../core/views/dashboardState";
import { RunHistory } from "../../core/views/runHistory";
import { EventLogTail } from "../../store/eventLogTail";
import type { FileSystem } from "../../store/fileSystem";
import { errorCode } from "../../store/fileSystem";
import type { ProcessTable } from "../../store/processIdentity";
import { runFiles } from "../../store/runDirectory";
import type { RunListing } from "../../store/runListing";
import { readManifest, readRun } from "../../store/runListing";
import { skimEventLog } from "../../store/skimEventLog";

/** Bytes of the log that are taken in at a time: about a thousand events, a few milliseconds. */
const pieceBytes = 1 << 18;
/** A log of this size takes so long to read that a sample of it is shown first. */
const longLogBytes = 8 << 20;

export interface FeedOptions {
  readonly fs: FileSystem;
  readonly processes: ProcessTable;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Follows a run directory, whoever writes it. Reads only when it is asked to, and never writes. */
export class RunFeed {
  readonly directory: string;
  readonly #options: FeedOptions;
  readonly #tail: EventLogTail;
  readonly #changed: (kept: number) => void;
  #history = new RunHistory(selectorOf(undefined));
  /** A sample of a long log, shown until all of it has been read. */
  #sample: RunHistory | undefined;
  #manifest: RunManifest | undefined;
  #listing: RunListing | undefined;
  #problem: string | undefined;
  #readShare: number | undefined;

  /** @param changed is told how many records of the history stayed as they were, whenever there is something new */
  constructor(directory: string, options: FeedOptions, changed: (kept: number) => void) {
    this.directory = directory;
    this.#options = options;
    this.#changed = changed;
    this.#tail = new EventLogTail(options.fs, join(directory, runFiles.events), { keepsRecords: false });
  }

  /** Whether the run has been looked at. */
  get isOpen(): boolean {
    return this.#listing !== undefined || this.#problem !== undefined;
  }

  get history(): RunHistory {
    return this.#sample ?? this.#history;
  }

  get context(): RunContext {
    const problem = this.#problem ?? this.#listing?.problem;
    return {
      name: basename(this.directory),
      directory: this.directory,
      standing: problem !== undefined && !this.#listing ? "broken" : (this.#listing?.state ?? "interrupted"),
      problem,
      manifest: this.#manifest,
      summary: this.#listing?.summary,
      readShare: this.#readShare,
      damagedLines: this.#tail.history.damagedLines,
    };
  }

  /** Looks at the run and takes in what is new. One call at a time; never rejects: what fails becomes the problem shown. */
  async refresh(): Promise<void> {
    const { fs, processes, now } = this.#options;
    const before = this.#key();
    try {
      this.#problem = undefined;
      await this.#readManifest();
      // The standing is read first: a run that ends meanwhile has then been read to its end at the next look.
      this.#listing = await readRun(fs, this.directory, processes, now());
      if (!this.#listing) this.#problem = `${this.directory} is no run directory.`;
      await this.#readEvents();
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
    }
    if (this.#key() !== before) this.#changed(this.#history.recordCount);
  }

  /** What a page shows beside the history. */
  #key(): string {
    return JSON.stringify([this.#listing, this.#problem, this.#readShare, this.#tail.history.damagedLines]);
  }

  async #readManifest(): Promise<void> {
    if (this.#manifest) return;
    this.#manifest = await readManifest(this.#options.fs, this.directory);
    this.#history = new RunHistory(selectorOf(this.#manifest));
  }

  /** Takes the log in piece by piece, and lets others have the processor in between. */
  async #readEvents(): Promise<void> {
    if (this.#tail.offset === 0) await this.#readSample();
    for (;;) {
      const start = this.#tail.offset;
      const change = await this.#tail.poll(pieceBytes);
      const isWhole = this.#tail.offset - start < pieceBytes;
      const isNew = change.added.length > 0 || change.kept < this.#history.recordCount;
      this.#readShare = isWhole ? undefined : await this.#shareRead();
      this.#history.apply(change);
      if (this.#sample) this.#showProgress(isWhole);
      else if (isNew) this.#changed(change.kept);
      if (isWhole) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** While a sample is shown, only the share that has been read changes; then the whole takes the place of the sample. */
  #showProgress(isWhole: boolean): void {
    if (isWhole) this.#sample = undefined;
    this.#changed(isWhole ? 0 : Infinity);
  }

  async #readSample(): Promise<void> {
    const size = await this.#logBytes();
    if (size < longLogBytes) return;
    const added = await skimEventLog(this.#options.fs, join(this.directory, runFiles.events), size);
    this.#sample = new RunHistory(selectorOf(this.#manifest));
    this.#sample.apply({ kept: 0, added });
    this.#readShare = 0;
    this.#changed(0);
  }

  async #shareRead(): Promise<number> {
    return Math.min(1, this.#tail.offset / (await this.#logBytes()));
  }

  /** 0 while there is no log. */
  async #logBytes(): Promise<number> {
    try {
      return (await this.#options.fs.stat(join(this.directory, runFiles.events))).size;
    } catch (error) {
      if (errorCode(error) === "ENOENT") return 0;
      throw error;
    }
  }
}
