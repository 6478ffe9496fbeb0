import type { Format } from "../files/format";
import { imageCandidates } from "../files/mediaNames";
import { readTable } from "../files/ownTable";
import type { PairRow } from "../pairDataset";

/** One's own pairs as a table. An image may fill several rows, one caption each. */
export const ownTable: Format<PairRow> = {
  name: "CSV with the columns image, caption and split",
  matches: ({ content }) => content.kind === "table",
  read: (source, { folder, problems }) =>
    readTable(source, { image: ["image"], caption: ["caption", "captions"] }, { problems }).map(
      ({ place, cells, id, split }) => ({
        place,
        id,
        split,
        fileSplit: source.split,
        media: cells.image,
        candidates: imageCandidates(cells.image, folder),
        captions: [cells.caption],
      }),
    ),
};
