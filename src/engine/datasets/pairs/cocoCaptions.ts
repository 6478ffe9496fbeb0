import { z } from "zod";

import type { Place } from "../dataset";
import { isRecord } from "../files/content";
import { checkValue, id, text } from "../files/checkValue";
import { cocoImages } from "../files/cocoImages";
import { firstIn, type Format, jsonOf, listIn } from "../files/format";
import type { PairRow } from "../pairDataset";

const Annotation = z.object({ image_id: id, caption: text });

const example = 'an annotation like {"image_id": 9, "caption": "a text"}';

/**
 * The original annotations of COCO captions (captions_train2014.json, captions_val2017.json, …): `images[]` with `id` and
 * `file_name`, `annotations[]` with `image_id` and `caption`. It names no splits. Images lie beside one another or in the
 * folder that COCO unpacks them into.
 */
export const cocoCaptions: Format<PairRow> = {
  name: "COCO captions",
  matches: (source) =>
    firstIn(jsonOf(source), "images")?.["file_name"] !== undefined &&
    firstIn(jsonOf(source), "annotations")?.["caption"] !== undefined,
  read: (source, { folder, problems }) => {
    const value = jsonOf(source);
    if (!isRecord(value)) return [];
    const images = cocoImages(source, value, { folder, problems });
    const captions = new Map<string, string[]>();
    let unknown: { readonly place: Place; readonly name: string; count: number } | undefined;
    for (const { place, value: entry } of listIn(source, value, "annotations")) {
      const annotation = checkValue(Annotation, entry, { place, problems, example });
      if (!annotation) continue;
      const { image_id: image, caption } = annotation;
      const known = captions.get(image);
      if (known) known.push(caption);
      else if (images.has(image)) captions.set(image, [caption]);
      else if (unknown) unknown.count++;
      else unknown = { place, name: image, count: 1 };
    }
    if (unknown)
      problems.add(
        unknown.place,
        `"image_id" ${unknown.name} is the id of no image of the file, as in ${unknown.count} annotations altogether`,
      );
    const bare = [...images.values()].filter((image) => !captions.has(image.id));
    if (bare[0])
      problems.add(bare[0].place, `"${bare[0].media}" has no caption, like ${bare.length} images altogether`);
    return [...images.values()].flatMap(({ id: image, place, media, candidates }): PairRow[] => {
      const texts = captions.get(image);
      return texts ? [{ place, fileSplit: source.split, media, candidates, captions: texts }] : [];
    });
  },
};
