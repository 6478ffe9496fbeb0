import { UserError } from "../../core/errors";
import type { PairDataConfig } from "../../core/experiment/dataConfig";
import { namedFiles } from "../../core/experiment/dataFiles";
import { openSources } from "./files/content";
import { type Format, mediaFolder, readRows } from "./files/format";
import { mergeCaptions } from "./mergeCaptions";
import type { PairDataset, PairItem, PairRow } from "./pairDataset";
import { cocoCaptions } from "./pairs/cocoCaptions";
import { flickrTokens } from "./pairs/flickrTokens";
import { imageFolder } from "./pairs/imageFolder";
import { karpathy } from "./pairs/karpathy";
import { ownRows } from "./pairs/ownRows";
import { ownTable } from "./pairs/ownTable";
import { vseTexts } from "./pairs/vseTexts";
import { ProblemList } from "./problemList";
import { settleSplits } from "./settleSplits";
import { uniqueRows } from "./uniqueRows";
import { withMedia } from "./withMedia";

const formats: readonly Format<PairRow>[] = [
  ownRows,
  ownTable,
  vseTexts,
  imageFolder,
  karpathy,
  cocoCaptions,
  flickrTokens,
];

/**
 * Reads image-text pairs from one's own files or published ones, found out from their content (docs/data.md lists the formats).
 * Rows that cannot be used are left out and reported.
 *
 * @param data the experiment's data section; where it names no split, rows say it, and only where none does, 80 : 10 : 10 by image
 * @throws UserError when a file is missing, of another kind, lacks a column, or no usable item is left
 */
export async function readPairs(data: PairDataConfig, baseDirectory: string): Promise<PairDataset> {
  const problems = new ProblemList();
  const folder = mediaFolder(data.images, baseDirectory);
  const rows = await readRows(openSources(data, baseDirectory, problems), formats, { problems, folder });
  const placed = await withMedia(mergeCaptions(rows, problems), { noun: "images", key: "data.images" }, problems);
  const named = uniqueRows(settleSplits(placed, data.split, problems), { problems, hasSeveral: false });
  const items = named.map(({ id, path, captions, split }): PairItem => ({ id, imagePath: path, captions, split }));
  if (items.length === 0)
    throw new UserError(
      `${namedFiles(data)} holds no usable image with a caption${problems.reason}; see the example in docs/data.md.`,
    );
  return { items, problems: problems.problems };
}
