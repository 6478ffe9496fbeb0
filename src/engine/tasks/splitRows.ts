import type { Split } from "../training/trainingTask";

export interface PairRows {
  readonly items: readonly { readonly captions: readonly string[]; readonly split: Split }[];
  /** Rows of `items` whose image or video could be read; the others belong to no split. */
  readonly isUsable: (item: number) => boolean;
}

/** Rows of the features that make up one split. */
export interface SplitRows {
  /** Into the items. */
  readonly media: Uint32Array;
  /** Into the captions of all items, one after the other. */
  readonly captions: Uint32Array;
  /** For each caption the position of its image or video within `media`. */
  readonly captionMedia: readonly number[];
}

/** The images or videos and the captions of a split, in the order of the data. */
export function splitRows({ items, isUsable }: PairRows, split: Split): SplitRows {
  const media: number[] = [];
  const captions: number[] = [];
  const captionMedia: number[] = [];
  let caption = 0;
  for (const [row, item] of items.entries()) {
    if (item.split === split && isUsable(row)) {
      for (let i = 0; i < item.captions.length; i++) {
        captions.push(caption + i);
        captionMedia.push(media.length);
      }
      media.push(row);
    }
    caption += item.captions.length;
  }
  return { media: Uint32Array.from(media), captions: Uint32Array.from(captions), captionMedia };
}
