import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";

import { splitNames } from "../../../core/experiment/eventNames";
import { forEachLimited } from "../files/forEachLimited";
import type { Format } from "../files/format";
import type { PairRow } from "../pairDataset";

const imageFile = /\.(jpe?g|png|webp|gif|avif|tiff?)$/i;

/**
 * A folder of images, each beside a .txt file of the same name that holds one caption a line; subfolders are searched too.
 * Files under a top-level subfolder called train, val or test belong to that split.
 */
export const imageFolder: Format<PairRow> = {
  name: "a folder of images with a .txt file of captions each",
  matches: ({ content }) => content.kind === "folder",
  read: async ({ path: folder, split: fileSplit }, { problems }) => {
    const place = { file: folder };
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const images = entries
      .filter((entry) => entry.isFile() && imageFile.test(entry.name))
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
      .sort();
    const topFolders: readonly string[] = splitNames;
    const rows: PairRow[] = [];
    const texts = images.map((media) => media.replace(imageFile, ".txt"));
    const captionsOf: (readonly string[] | undefined)[] = [];
    await forEachLimited(texts, async (name, index) => {
      captionsOf[index] = await readCaptions(join(folder, name));
    });
    for (const [index, media] of images.entries()) {
      const captions = captionsOf[index];
      const text = texts[index] ?? "";
      if (captions === undefined)
        problems.add(place, `"${media}" has no text; put its captions, one a line, into "${text}"`);
      else if (captions.length === 0) problems.add(place, `"${text}" is empty; write a caption or remove the image`);
      else {
        const [top = ""] = media.split(sep);
        const split = topFolders.includes(top) ? top : undefined;
        rows.push({ place, split, fileSplit, media, candidates: [join(folder, media)], captions });
      }
    }
    return rows;
  },
};

async function readCaptions(path: string): Promise<string[] | undefined> {
  try {
    const content = await readFile(path, "utf8");
    return content
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
