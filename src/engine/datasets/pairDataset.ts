import type { Split } from "../../core/experiment/dataFiles";

/** One image with its captions. */
export interface PairItem {
  /** Stable name: the row's `id`, or the image path as the data file writes it. */
  readonly id: string;
  /** Absolute. */
  readonly imagePath: string;
  readonly captions: readonly string[];
  readonly split: Split;
}

/** Something in the data that was left out, and what to do about it. */
export interface DataProblem {
  readonly file: string;
  /** One-based line of the data file; undefined when the problem has no one place. */
  readonly line?: number;
  readonly message: string;
}

/** What a reader makes of data files. */
export interface Dataset<Item> {
  /** In the order of the data files. */
  readonly items: readonly Item[];
  readonly problems: readonly DataProblem[];
}

export type PairDataset = Dataset<PairItem>;

/** One row of a data file before images are looked up. */
export interface PairRow {
  readonly line: number;
  readonly id?: string | undefined;
  /** As written. */
  readonly image: string;
  readonly captions: readonly string[];
  /** As written. */
  readonly split?: string | undefined;
}

export interface PairRows {
  readonly rows: readonly PairRow[];
  readonly problems: readonly DataProblem[];
}

/** Collects the problems of one file. */
export class ProblemList {
  readonly problems: DataProblem[] = [];

  constructor(readonly file: string) {}

  add(line: number | undefined, message: string): void {
    this.problems.push(line === undefined ? { file: this.file, message } : { file: this.file, line, message });
  }
}
