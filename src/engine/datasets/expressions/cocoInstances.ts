import { z } from "zod";

import type { Place } from "../dataset";
import { isRecord, type Source } from "../files/content";
import { checkValue, id, text } from "../files/checkValue";
import { cocoImages } from "../files/cocoImages";
import { firstIn, type Format, jsonOf, listIn } from "../files/format";
import type { ExpressionRow } from "../expressionDataset";
import type { ProblemList } from "../problemList";
import { expressionRows } from "./expressionRow";
import { boxNumbers } from "./schemas";

const Annotation = z.object({
  id: id.optional(),
  image_id: id,
  category_id: id,
  bbox: boxNumbers,
  iscrowd: z.unknown(),
});
const Category = z.object({ id, name: text });

const annotationExample = 'an annotation like {"id": 1, "image_id": 9, "category_id": 18, "bbox": [12, 30, 100, 80]}';
const categoryExample = 'a category like {"id": 18, "name": "dog"}';

/**
 * The original annotations of COCO instances (instances_train2014.json, …). The name of an object's category is its expression;
 * only objects whose category occurs once in their image are taken, because the name of the others means no one box. Crowds
 * count as occurrences and are never taken. Files name no splits.
 */
export const cocoInstances: Format<ExpressionRow> = {
  name: "COCO instances",
  matches: (source) =>
    firstIn(jsonOf(source), "annotations")?.["category_id"] !== undefined &&
    firstIn(jsonOf(source), "categories")?.["name"] !== undefined,
  read: (source, { folder, problems }) => {
    const value = jsonOf(source);
    if (!isRecord(value)) return [];
    const images = cocoImages(source, value, { folder, problems });
    const names = categoryNames(source, value, problems);
    const objects = new Map<string, { readonly place: Place; readonly annotation: z.infer<typeof Annotation> }[]>();
    for (const { place, value: entry } of listIn(source, value, "annotations")) {
      const annotation = checkValue(Annotation, entry, { place, problems, example: annotationExample });
      if (!annotation) continue;
      const { image_id: image, category_id: category } = annotation;
      if (!images.has(image)) problems.add(place, `"image_id" ${image} is the id of no image of the file`);
      else if (!names.has(category))
        problems.add(place, `"category_id" ${category} is the id of no category of the file`);
      else {
        const key = JSON.stringify([image, category]);
        const known = objects.get(key);
        if (known) known.push({ place, annotation });
        else objects.set(key, [{ place, annotation }]);
      }
    }
    return [...objects.values()].flatMap(([only, ...others]): readonly ExpressionRow[] => {
      const image = images.get(only?.annotation.image_id ?? "");
      if (!only || !image || others.length > 0 || only.annotation.iscrowd === 1) return [];
      const { place, annotation } = only;
      const { media, candidates, size: imageSize } = image;
      const row = { place, id: annotation.id, fileSplit: source.split, media, candidates, imageSize, spans: [] };
      const caption = names.get(annotation.category_id) ?? "";
      return expressionRows({ ...row, caption, box: annotation.bbox }, problems);
    });
  },
};

function categoryNames(
  source: Source,
  value: Readonly<Record<string, unknown>>,
  problems: ProblemList,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { place, value: entry } of listIn(source, value, "categories")) {
    const category = checkValue(Category, entry, { place, problems, example: categoryExample });
    if (category) names.set(category.id, category.name);
  }
  return names;
}
