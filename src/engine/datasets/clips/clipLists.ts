import type { ClipRow } from "../clipDataset";
import type { Format } from "../files/format";
import { videoCandidates } from "../files/mediaNames";

/** An id as of MSVD: no spaces, nothing that separates columns. */
const idLine = /^[^\s,;"{}[\]]{1,255}$/;

/** The lists of MSVD (train_list.txt, val_list.txt, test_list.txt): one clip id a line. */
export const clipLists: Format<ClipRow> = {
  name: "lists of one clip id a line, as MSVD's",
  matches: ({ content }) => content.kind === "text" && idLine.test(content.lines[0]?.trim() ?? ""),
  read: (source, { folder, problems }) => {
    const lines = source.content.kind === "text" ? source.content.lines : [];
    return lines.flatMap((line, index): ClipRow[] => {
      const media = line.trim();
      const place = { file: source.path, line: index + 1 };
      if (media === "") return [];
      if (idLine.test(media))
        return [
          { place, fileSplit: source.split, media, candidates: videoCandidates(media, folder), captions: undefined },
        ];
      problems.add(place, "is no clip id; write one id a line, without spaces");
      return [];
    });
  },
};
