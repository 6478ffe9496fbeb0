import type { Split } from "../../core/experiment/dataFiles";
import type { DataRow, Dataset } from "./dataset";

/** Pixels of the original image: left, top, width, height. */
export type PixelBox = readonly [x: number, y: number, width: number, height: number];

/** Characters `begin` to before `end` of a text, in UTF-16 units as JavaScript counts. */
export type TextSpan = readonly [begin: number, end: number];

/** One expression that means one box of an image. */
export interface ExpressionItem {
  /** Stable name, unique within its split. */
  readonly id: string;
  /** Absolute. */
  readonly imagePath: string;
  /** Height and width as the data file says; undefined where it does not, and the box is then unchecked. */
  readonly imageSize: readonly [height: number, width: number] | undefined;
  /** As written: spans count in it. */
  readonly caption: string;
  readonly box: PixelBox;
  /** The parts of the caption that speak of the box; the whole caption by default. */
  readonly spans: readonly TextSpan[];
  readonly split: Split;
}

export type ExpressionDataset = Dataset<ExpressionItem>;

/** One row of a file of expressions. */
export interface ExpressionRow extends DataRow {
  readonly imageSize: readonly [height: number, width: number] | undefined;
  readonly caption: string;
  readonly box: PixelBox;
  readonly spans: readonly TextSpan[];
}
