import type { Format } from "../files/format";
import { readTable } from "../files/ownTable";
import type { PairRow } from "../pairDataset";

/** One's own pairs as a table. An image may fill several rows, one caption each. */
export const ownTable: Format<PairRow> = {
  name: "CSV with the columns image, caption and split",
  matches: ({ content }) => content.kind === "table",
  read: (source, { imageOf, problems }) =>
    readTable(source, { image: ["image"], caption: ["caption", "captions"] }, { problems }).map(
      ({ place, cells, id, split }) => ({
        place,
        id,
        split,
        fileSplit: source.split,
        media: cells.image,
        candidates: imageOf(cells.image),
        captions: [cells.caption],
      }),
    ),
};
