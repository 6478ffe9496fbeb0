import type { ClipRow } from "../clipDataset";
import type { Format } from "../files/format";
import { videoCandidates } from "../files/mediaNames";
import { readTable } from "../files/ownTable";

const captionColumns = ["caption", "captions", "sentence"];

/**
 * One's own clips, and the lists of MSR-VTT: MSRVTT_train.9k.csv and 7k name clips only (`video_id`),
 * MSRVTT_JSFUSION_test.csv has one `sentence` for each. A clip may fill several rows, one caption each.
 */
export const tables: Format<ClipRow> = {
  name: "CSV with the columns video, caption and split (or video_id and sentence, as MSR-VTT's lists)",
  matches: ({ content }) => content.kind === "table",
  read: (source, { folder, problems }) => {
    const hasCaptions =
      source.content.kind === "table" && source.content.table.columns.some((name) => captionColumns.includes(name));
    const optional: readonly "caption"[] = hasCaptions ? [] : ["caption"];
    const columns = { video: ["video", "video_id"], caption: captionColumns };
    return readTable(source, columns, { problems, optional }).map(({ place, cells, id, split }) => ({
      place,
      id,
      split,
      fileSplit: source.split,
      media: cells.video,
      candidates: videoCandidates(cells.video, folder),
      captions: hasCaptions ? [cells.caption] : undefined,
    }));
  },
};
