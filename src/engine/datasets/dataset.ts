import type { Split } from "../../core/experiment/dataFiles";

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

/** Where something stands in a data file. */
export interface Place {
  readonly file: string;
  /** One-based. */
  readonly line?: number;
  /** In files whose lines tell nothing: "row 3", "images[2]". */
  readonly entry?: string;
}

/** What every row of a data file says, whatever the task. */
export interface DataRow {
  readonly place: Place;
  /** Undefined where the file gives none. */
  readonly id?: string | undefined;
  /** As written. */
  readonly split?: string | undefined;
  /** The split that the experiment gives the rows of this file. */
  readonly fileSplit?: Split | undefined;
  /** The image or video as the file names it. */
  readonly media: string;
  /** Absolute paths at which it may lie, the first that exists counts. */
  readonly candidates: readonly string[];
}
