import type { Split } from "../../core/experiment/dataFiles";
import type { DataRow, Dataset } from "./dataset";

/** One video clip with its captions. */
export interface ClipItem {
  /** Stable name: the row's `id`, the clip's id, or the video path as the data file writes it. */
  readonly id: string;
  /** Absolute. */
  readonly videoPath: string;
  /** One or more; where each caption is a training sample, this is where they come from. */
  readonly captions: readonly string[];
  readonly split: Split;
}

export type ClipDataset = Dataset<ClipItem>;

/** One row of a file of clips; files that only list clips leave captions to other files. */
export interface ClipRow extends DataRow {
  readonly captions: readonly string[] | undefined;
}
