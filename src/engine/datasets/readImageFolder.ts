import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";

import { splitNames } from "../../core/experiment/eventNames";
import { type PairRow, type PairRows, ProblemList } from "./pairDataset";

const imageFile = /\.(jpe?g|png|webp|gif|avif|tiff?)$/i;

/**
 * A folder of images, each beside a .txt file of the same name that holds one caption a line; subfolders are searched too.
 * Files under a top-level subfolder called train, val or test belong to that split.
 */
export async function readImageFolder(folder: string): Promise<PairRows> {
  const list = new ProblemList(folder);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && imageFile.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
  const topFolders: readonly string[] = splitNames;
  const rows: PairRow[] = [];
  for (const [index, image] of paths.entries()) {
    const captions = await readCaptions(join(folder, image.replace(imageFile, ".txt")));
    if (captions === undefined)
      list.add(
        undefined,
        `"${image}" has no text; put its captions, one a line, into "${image.replace(imageFile, ".txt")}"`,
      );
    else if (captions.length === 0)
      list.add(undefined, `"${image.replace(imageFile, ".txt")}" is empty; write a caption or remove the image`);
    else {
      const [top = ""] = image.split(sep);
      rows.push({ line: index + 1, image, captions, split: topFolders.includes(top) ? top : undefined });
    }
  }
  return { rows, problems: list.problems };
}

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
