import { parse } from "node:path";
import { z } from "zod";

import { type Entry, isRecord } from "../files/content";
import { checkValue, id } from "../files/checkValue";
import { cocoImages } from "../files/cocoImages";
import { firstIn, type Format, jsonOf, listIn } from "../files/format";
import type { ExpressionRow } from "../expressionDataset";
import { expressionRows } from "./expressionRow";
import { boxNumbers, phrase, spanList } from "./schemas";

const Image = z.object({ id, caption: phrase });
const Annotation = z.object({ image_id: id, bbox: boxNumbers, tokens_positive: spanList.optional() });

const imageExample =
  'an image like {"id": 0, "file_name": "COCO_train2014_000000000009.jpg", "caption": "the left cup"}';
const annotationExample = 'an annotation like {"image_id": 0, "bbox": [12, 30, 100, 80], "tokens_positive": [[9, 12]]}';

/**
 * The files that MDETR is tuned with on RefCOCO, RefCOCO+ and RefCOCOg (finetune_refcoco_train.json, …), in COCO's schema with
 * one entry of `images[]` per expression: `caption`, `height`, `width`; its one annotation has `bbox` and `tokens_positive`, the
 * characters that name the box (the whole caption where there are none). Files name no splits.
 */
export const mdetr: Format<ExpressionRow> = {
  name: "MDETR's finetune_refcoco JSON",
  matches: (source) => firstIn(jsonOf(source), "images")?.["caption"] !== undefined,
  read: (source, { folder, problems }) => {
    const value = jsonOf(source);
    if (!isRecord(value)) return [];
    const images = cocoImages(source, value, { folder, problems });
    const annotations = new Map<string, Entry[]>();
    for (const entry of listIn(source, value, "annotations")) {
      const image = isRecord(entry.value) ? id.safeParse(entry.value["image_id"]).data : undefined;
      if (image === undefined || !images.has(image)) {
        problems.add(entry.place, `its "image_id" is the id of no image; expected ${annotationExample}`);
        continue;
      }
      const known = annotations.get(image);
      if (known) known.push(entry);
      else annotations.set(image, [entry]);
    }
    const stem = parse(source.path).name; // entries are numbered anew in each file
    const seen = new Set<string>();
    return listIn(source, value, "images").flatMap(({ place, value: written }): readonly ExpressionRow[] => {
      const context = { place, problems, example: imageExample };
      const known = isRecord(written) ? images.get(id.safeParse(written["id"]).data ?? "") : undefined;
      // Entries that are no images, and second ones with the same id, were reported.
      if (!known || seen.has(known.id)) return [];
      seen.add(known.id);
      const image = checkValue(Image, written, context);
      if (!image) return [];
      const [annotation, ...others] = annotations.get(known.id) ?? [];
      if (!annotation || others.length > 0) {
        problems.add(place, `has ${annotation ? others.length + 1 : "no"} annotations; an expression means one box`);
        return [];
      }
      const checked = checkValue(Annotation, annotation.value, {
        place: annotation.place,
        problems,
        example: annotationExample,
      });
      if (!checked) return [];
      const { media, candidates, size: imageSize } = known;
      const row = {
        place: annotation.place,
        id: `${stem}:${known.id}`,
        fileSplit: source.split,
        media,
        candidates,
        imageSize,
      };
      const { bbox: box, tokens_positive: spans = [] } = checked;
      return expressionRows({ ...row, caption: image.caption, box, spans }, problems);
    });
  },
};
