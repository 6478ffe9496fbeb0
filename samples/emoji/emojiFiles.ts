import type { SampleFile } from "../manifest";
import { encodeRows, type PairRow } from "../pairRows";
import { type Emoji, readEmojiCatalogue } from "./emojiCatalogue";
import { compose, renderEmoji } from "./renderEmoji";

const FLAGS = 9;
const IMAGE_SIZE = 192;
const white = [255, 255, 255] as const;

/** Every labelled emoji but the flags, in the order of their hexcodes, with its human label and tags as the caption. */
export function emojiRows(catalogue: readonly Emoji[]): { readonly emoji: Emoji; readonly row: PairRow }[] {
  return catalogue
    .filter(({ group }) => group !== FLAGS)
    .map((emoji, index) => {
      const split = index % 7 === 0 ? "test" : index % 7 === 3 ? "val" : "train";
      const caption = [emoji.label, ...emoji.tags].join(", ");
      return { emoji, row: { image: `images/${emoji.hexcode.toLowerCase()}.png`, captions: [caption], split } };
    });
}

/** The 1,394 emoji on white and their captions. */
export async function emojiFiles(packagesFrom: string): Promise<SampleFile[]> {
  const entries = emojiRows(await readEmojiCatalogue(packagesFrom));
  const images = entries.map(({ emoji, row }): SampleFile => ({
    path: row.image,
    make: async () =>
      compose(await renderEmoji(emoji.imagePath, IMAGE_SIZE), { size: IMAGE_SIZE, rgb: white }, { left: 0, top: 0 }),
  }));
  const rows = entries.map(({ row }) => row);
  return [...images, { path: "emoji.jsonl", make: () => Promise.resolve(encodeRows(rows)), isQuick: true }];
}
