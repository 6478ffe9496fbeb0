import type { EventRecord } from "./eventRecord";
import { decodeRecord, maxLineBytes } from "./eventRecord";

const lineFeed = 0x0a;

/** What a piece of log did to the history: it cut it to `kept` records, then appended `added`. */
export interface HistoryChange {
  readonly kept: number;
  readonly added: readonly EventRecord[];
}

/**
 * Follows an append-only event log, whole or piece by piece.
 *
 * The log is never rewritten. When a run is resumed from a checkpoint that saw the first `seq` events, the new writer, whose
 * token is higher than any before, goes on from `seq`. So a record means: everything at or after my `seq` by earlier writers
 * is superseded. Records of a writer that is already superseded (a process that was stopped, and woke up after another had
 * taken over) are ignored, and so are repetitions (a write that was tried again). Lines that are damaged, torn by a crash
 * for example, are counted and skipped.
 */
export class EventHistory {
  /** Of the records that count. */
  readonly #seqs: number[] = [];
  /** The records that count and are held: all but the first `#forgotten`. */
  readonly #records: EventRecord[] = [];
  #forgotten = 0;
  readonly #keepsRecords: boolean;
  #writer = -1;
  #next = 0;
  #tail: Uint8Array = new Uint8Array();
  #isOverlong = false;
  #damaged = 0;
  #superseded = 0;

  /**
   * @param options.keepsRecords false for followers that make something else of the changes: a history of a million events
   * then takes megabytes, not hundreds of them
   */
  constructor({ keepsRecords = true }: { readonly keepsRecords?: boolean } = {}) {
    this.#keepsRecords = keepsRecords;
  }

  /** The events that count, in order; where records are not kept, those of the last piece. */
  get records(): readonly EventRecord[] {
    return this.#records;
  }

  /** How many events count. */
  get recordCount(): number {
    return this.#seqs.length;
  }

  /** Complete lines that could not be read. */
  get damagedLines(): number {
    return this.#damaged;
  }

  /** Records that a later writer replaced. */
  get supersededRecords(): number {
    return this.#superseded;
  }

  /** Whether the log ends within a line: being written just now, or torn. */
  get endsWithinLine(): boolean {
    return this.#tail.length > 0 || this.#isOverlong;
  }

  /** Takes in the next bytes of the log, which may end anywhere. */
  push(bytes: Uint8Array): HistoryChange {
    if (!this.#keepsRecords) {
      this.#forgotten = this.#seqs.length;
      this.#records.length = 0;
    }
    let kept = this.#seqs.length;
    let start = 0;
    for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, start)) {
      const piece = bytes.subarray(start, end);
      const line = this.#tail.length === 0 ? piece : Buffer.concat([this.#tail, piece]);
      start = end + 1;
      this.#tail = new Uint8Array();
      if (this.#isOverlong) this.#damaged++;
      else if (line.length > 0) kept = Math.min(kept, this.#take(decodeRecord(line)));
      this.#isOverlong = false;
    }
    this.#keepTail(bytes.subarray(start));
    return { kept, added: this.#records.slice(kept - this.#forgotten) };
  }

  #keepTail(rest: Uint8Array): void {
    if (rest.length === 0 || this.#isOverlong) return;
    this.#isOverlong = this.#tail.length + rest.length > maxLineBytes;
    this.#tail = this.#isOverlong ? new Uint8Array() : Buffer.concat([this.#tail, rest]);
  }

  /** Adds a record, and says how many of those before it still count. */
  #take(record: EventRecord | undefined): number {
    if (record === undefined) {
      this.#damaged++;
      return this.#seqs.length;
    }
    const { seq, writer } = record;
    if (writer < this.#writer || (writer === this.#writer && seq < this.#next)) return this.#seqs.length;
    while ((this.#seqs.at(-1) ?? -1) >= seq) {
      this.#seqs.pop();
      this.#records.pop();
      this.#superseded++;
    }
    this.#forgotten = Math.min(this.#forgotten, this.#seqs.length);
    this.#writer = writer;
    this.#next = seq + 1;
    this.#records.push(record);
    return this.#seqs.push(seq) - 1;
  }
}
