import type { Split } from "../../core/experiment/dataFiles";
import type { DataRow, Dataset } from "./dataset";

/** One image with its captions. */
export interface PairItem {
  /** Stable name: the row's `id`, or the image path as the data file writes it. */
  readonly id: string;
  /** Absolute. */
  readonly imagePath: string;
  readonly captions: readonly string[];
  readonly split: Split;
}

export type PairDataset = Dataset<PairItem>;

/** One row of a file of pairs. */
export interface PairRow extends DataRow {
  readonly captions: readonly string[];
}
