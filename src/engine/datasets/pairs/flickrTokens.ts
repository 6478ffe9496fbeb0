import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { Format } from "../files/format";
import type { PairRow } from "../pairDataset";

const tokenLine = /^(.+)#\d+\t(.*)$/;
const splitList = /(train|dev|val|test)Images\.txt$/i;

/**
 * The token file of Flickr8k and Flickr30K: lines "image.jpg#0<tab>caption". Lists of images beside it whose names end in
 * trainImages.txt, devImages.txt or testImages.txt (as Flickr8k's do) give the splits; images in none of them are left out.
 */
export const flickrTokens: Format<PairRow> = {
  name: "Flickr8k's token file",
  matches: ({ content }) => content.kind === "text" && tokenLine.test(content.lines[0] ?? ""),
  read: async (source, { imageOf, problems }) => {
    const lines = source.content.kind === "text" ? source.content.lines : [];
    const splits = await readSplitLists(dirname(source.path));
    let unlisted = 0;
    const rows = lines.flatMap((line, index): PairRow[] => {
      const place = { file: source.path, line: index + 1 };
      const [, media = "", written = ""] = tokenLine.exec(line) ?? [];
      const caption = written.trim();
      if (media === "" || caption === "") {
        if (line.trim() !== "") problems.add(place, 'is no line like "image.jpg#0<tab>a text"; write one or remove it');
        return [];
      }
      const split = splits?.get(media);
      if (splits && split === undefined) {
        unlisted++;
        return [];
      }
      return [
        {
          place,
          split,
          fileSplit: source.split,
          media,
          candidates: imageOf(media),
          captions: [caption],
        },
      ];
    });
    if (unlisted > 0)
      problems.add(
        { file: source.path },
        `${unlisted} captions are of images in no list of a split; they are left out`,
      );
    return rows;
  },
};

/** The split of each image that a list in the folder names; undefined where there are no lists. */
async function readSplitLists(folder: string): Promise<ReadonlyMap<string, string> | undefined> {
  const lists = (await readdir(folder)).filter((name) => splitList.test(name)).sort();
  if (lists.length === 0) return undefined;
  const splits = new Map<string, string>();
  for (const list of lists) {
    const split = splitList.exec(list)?.[1] ?? "";
    for (const line of (await readFile(join(folder, list), "utf8")).split("\n"))
      if (line.trim() !== "") splits.set(line.trim(), split);
  }
  return splits;
}
