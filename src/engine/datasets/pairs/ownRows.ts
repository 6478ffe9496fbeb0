import { z } from "zod";

import { captionTexts, checkValue, id, text } from "../files/checkValue";
import { entriesOf, type Format } from "../files/format";
import type { PairRow } from "../pairDataset";

const Row = z
  .object({
    id: id.optional(),
    image: text,
    captions: captionTexts.optional(),
    caption: captionTexts.optional(),
    split: text.optional(),
  })
  .refine((row) => row.captions !== undefined || row.caption !== undefined, { error: "captions", path: ["captions"] });

const example = 'a row like {"image": "photo.jpg", "captions": ["a text"]}';

/** One's own pairs, as JSON Lines or a JSON list; `caption` may stand for a single one, unknown keys are ignored. */
export const ownRows: Format<PairRow> = {
  name: `JSON Lines with rows like {"image": "photo.jpg", "captions": ["a text"], "split": "train"}`,
  matches: (source) => entriesOf(source) !== undefined,
  read: (source, { imageOf, problems }) =>
    (entriesOf(source) ?? []).flatMap(({ place, value }): PairRow[] => {
      const row = checkValue(Row, value, { place, problems, example });
      if (!row) return [];
      return [
        {
          place,
          id: row.id,
          split: row.split,
          fileSplit: source.split,
          media: row.image,
          candidates: imageOf(row.image),
          captions: row.captions ?? row.caption ?? [],
        },
      ];
    }),
};
