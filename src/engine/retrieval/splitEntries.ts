import { dirname, join, sep } from "node:path";
import type { CaptionEntry, ImageEntry, RetrievalEntry, RetrievalSide } from "../../core/datasets/retrievalResults";
import type { PairItem } from "../datasets/pairDataset";
import type { SplitRows } from "../tasks/splitRows";

/** The images and captions of a split, by their position in it. */
export class SplitEntries {
  readonly #items: readonly PairItem[];
  readonly #rows: SplitRows;
  /** Text of each caption of the split. */
  readonly #texts: readonly string[];

  constructor(items: readonly PairItem[], rows: SplitRows) {
    this.#items = items;
    this.#rows = rows;
    const all = items.flatMap(({ captions }) => captions);
    this.#texts = Array.from(rows.captions, (caption) => all[caption] ?? "");
  }

  entry(side: RetrievalSide, index: number): RetrievalEntry {
    return side === "image" ? this.#image(index) : this.#caption(index);
  }

  /** The deepest folder that holds every image; undefined when only the root of the disk does, or there is none. */
  get imageFolder(): string | undefined {
    const paths = Array.from(this.#rows.media, (row) => dirname(this.#items[row]?.imagePath ?? ""));
    let [folder = ""] = paths;
    for (const path of paths) while (path !== folder && !path.startsWith(join(folder, sep))) folder = dirname(folder);
    return folder === "" || folder === dirname(folder) ? undefined : folder;
  }

  /** What a filter looks at. */
  words(side: RetrievalSide, index: number): string {
    if (side === "text") return this.#texts[index] ?? "";
    const { id, captions } = this.#image(index);
    return [id, ...captions].join("\n");
  }

  #image(index: number): ImageEntry {
    const item = this.#items[this.#rows.media[index] ?? -1];
    if (!item) throw new RangeError(`The split has no image ${index}; it has ${this.#rows.media.length}.`);
    return { side: "image", index, id: item.id, path: item.imagePath, captions: item.captions };
  }

  #caption(index: number): CaptionEntry {
    const image = this.#rows.captionMedia[index];
    if (image === undefined)
      throw new RangeError(`The split has no caption ${index}; it has ${this.#rows.captions.length}.`);
    const { id, path } = this.#image(image);
    return { side: "text", index, text: this.#texts[index] ?? "", image: { index: image, id, path } };
  }
}
