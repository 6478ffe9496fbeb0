import type { PairItem } from "../datasets/pairDataset";
import type { Split } from "../training/trainingTask";

export interface PairRows {
  readonly items: readonly PairItem[];
  /** Rows of `items` whose image could be read; the others belong to no split. */
  readonly isUsable: (item: number) => boolean;
}

/** Rows of the features that make up one split. */
export interface SplitRows {
  /** Into the items. */
  readonly images: Uint32Array;
  /** Into the captions of all items, one after the other. */
  readonly captions: Uint32Array;
  /** For each caption the position of its image within `images`. */
  readonly captionImages: readonly number[];
}

/** The images and captions of a split, in the order of the data. */
export function splitRows({ items, isUsable }: PairRows, split: Split): SplitRows {
  const images: number[] = [];
  const captions: number[] = [];
  const captionImages: number[] = [];
  let caption = 0;
  for (const [row, item] of items.entries()) {
    if (item.split === split && isUsable(row)) {
      for (let i = 0; i < item.captions.length; i++) {
        captions.push(caption + i);
        captionImages.push(images.length);
      }
      images.push(row);
    }
    caption += item.captions.length;
  }
  return { images: Uint32Array.from(images), captions: Uint32Array.from(captions), captionImages };
}
