import { z } from "zod";

import type { ClipRow } from "../clipDataset";
import { captionTexts, checkValue, id, text } from "../files/checkValue";
import { entriesOf, type Format } from "../files/format";
import { videoCandidates } from "../files/mediaNames";

const Row = z.object({
  id: id.optional(),
  video: text,
  captions: captionTexts.optional(),
  caption: captionTexts.optional(),
  split: text.optional(),
});

const example = 'a row like {"video": "clip.mp4", "captions": ["a text"]}';

/** One's own clips, as JSON Lines or a JSON list; `caption` may stand for a single one, unknown keys are ignored. */
export const ownRows: Format<ClipRow> = {
  name: 'JSON Lines with rows like {"video": "clip.mp4", "captions": ["a text"], "split": "train"}',
  matches: (source) => entriesOf(source) !== undefined,
  read: (source, { folder, problems }) =>
    (entriesOf(source) ?? []).flatMap(({ place, value }): ClipRow[] => {
      const row = checkValue(Row, value, { place, problems, example });
      if (!row) return [];
      return [
        {
          place,
          id: row.id,
          split: row.split,
          fileSplit: source.split,
          media: row.video,
          candidates: videoCandidates(row.video, folder),
          captions: row.captions ?? row.caption,
        },
      ];
    }),
};
