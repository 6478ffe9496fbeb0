import { basename } from "node:path";
import { z } from "zod";

import type { Place } from "../dataset";
import { checkValue, id, pixels, text } from "./checkValue";
import type { Source } from "./content";
import { type FormatContext, listIn } from "./format";
import { imageCandidates } from "./mediaNames";

/** An entry of the list `images` of a COCO file. */
export interface CocoImage {
  readonly id: string;
  readonly place: Place;
  readonly media: string;
  readonly candidates: readonly string[];
  readonly size: readonly [height: number, width: number] | undefined;
}

const Image = z.object({
  id,
  file_name: text,
  height: pixels.positive({ error: "a number of pixels" }).optional(),
  width: pixels.positive({ error: "a number of pixels" }).optional(),
  coco_url: z.string().optional().catch(undefined),
});

const example = 'an image like {"id": 9, "file_name": "000000000009.jpg", "height": 480, "width": 640}';

/** The folder that COCO's archives unpack into: named in the URL of an image and in the names of annotation files. */
const cocoFolder = /(?:train|val|test)20\d\d/;

/** The images of a COCO file by id; of entries with the same id the first is kept and the others are reported. */
export function cocoImages(
  source: Source,
  value: Readonly<Record<string, unknown>>,
  { folder, problems }: Pick<FormatContext, "folder" | "problems">,
): ReadonlyMap<string, CocoImage> {
  const images = new Map<string, CocoImage>();
  const ofFile = cocoFolder.exec(basename(source.path))?.[0];
  for (const { place, value: entry } of listIn(source, value, "images")) {
    const image = checkValue(Image, entry, { place, problems, example });
    if (!image) continue;
    if (images.has(image.id)) {
      problems.add(place, `the id ${image.id} occurs twice; give every image its own`);
      continue;
    }
    const among = [cocoFolder.exec(image.coco_url ?? "")?.[0], ofFile].filter((name) => name !== undefined);
    const { height, width, file_name: media } = image;
    images.set(image.id, {
      id: image.id,
      place,
      media,
      candidates: imageCandidates(media, folder, [...new Set(among)]),
      size: height === undefined || width === undefined ? undefined : [height, width],
    });
  }
  return images;
}
