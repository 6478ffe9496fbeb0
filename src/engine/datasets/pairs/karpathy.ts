import { posix } from "node:path";
import { z } from "zod";

import { isRecord } from "../files/content";
import { checkValue, text } from "../files/checkValue";
import { firstIn, type Format, jsonOf, listIn } from "../files/format";
import { imageCandidates } from "../files/mediaNames";
import type { PairRow } from "../pairDataset";

const Image = z.object({
  filename: text,
  filepath: z.string({ error: "a folder" }).optional(),
  split: text,
  sentences: z.array(z.object({ raw: text }), { error: "a list of sentences" }).min(1, { error: "sentences" }),
});

const example =
  'an entry like {"filename": "a.jpg", "filepath": "val2014", "split": "restval", "sentences": [{"raw": "a text"}]}';

/**
 * Karpathy's splits of Flickr8k, Flickr30K and MS-COCO: `images[]` with `filename`, `filepath` (MS-COCO), `split` and
 * `sentences[].raw`. The split restval belongs to training. Images lie under their `filepath` or beside one another.
 */
export const karpathy: Format<PairRow> = {
  name: "Karpathy's JSON (dataset_coco.json)",
  matches: (source) => firstIn(jsonOf(source), "images")?.["sentences"] !== undefined,
  read: (source, { folder, problems }) => {
    const value = jsonOf(source);
    return (isRecord(value) ? listIn(source, value, "images") : []).flatMap(({ place, value: entry }): PairRow[] => {
      const image = checkValue(Image, entry, { place, problems, example });
      if (!image) return [];
      const media = posix.join(image.filepath ?? "", image.filename);
      return [
        {
          place,
          split: image.split,
          fileSplit: source.split,
          media,
          candidates: [...imageCandidates(media, folder), ...imageCandidates(image.filename, folder)],
          captions: image.sentences.map(({ raw }) => raw),
        },
      ];
    });
  },
};
