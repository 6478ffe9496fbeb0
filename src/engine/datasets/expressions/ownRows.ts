import { z } from "zod";

import { checkValue, id, pixels, text } from "../files/checkValue";
import { entriesOf, type Format } from "../files/format";
import type { ExpressionRow } from "../expressionDataset";
import { expressionRows } from "./expressionRow";
import { boxNumbers, phrase, spanList } from "./schemas";

const size = pixels.positive({ error: "a number of pixels" }).optional();

const Row = z.object({
  id: id.optional(),
  image: text,
  expression: phrase,
  box: boxNumbers,
  spans: spanList.optional(),
  height: size,
  width: size,
  split: text.optional(),
});

const example = 'a row like {"image": "photo.jpg", "expression": "the left cup", "box": [12, 30, 100, 80]}';

/**
 * One's own expressions, as JSON Lines or a JSON list; `box` is [x, y, width, height] in pixels. `spans` may say which
 * characters speak of the box, `height` and `width` of the image have boxes checked. Unknown keys are ignored.
 */
export const ownRows: Format<ExpressionRow> = {
  name: 'JSON Lines with rows like {"image": "photo.jpg", "expression": "the left cup", "box": [12, 30, 100, 80], "split": "train"}',
  matches: (source) => entriesOf(source) !== undefined,
  read: (source, { imageOf, problems }) =>
    (entriesOf(source) ?? []).flatMap(({ place, value }): readonly ExpressionRow[] => {
      const row = checkValue(Row, value, { place, problems, example });
      if (!row) return [];
      const { height, width } = row;
      const written = {
        place,
        id: row.id,
        split: row.split,
        fileSplit: source.split,
        media: row.image,
        candidates: imageOf(row.image),
        imageSize: height === undefined || width === undefined ? undefined : ([height, width] as const),
        caption: row.expression,
        box: row.box,
        spans: row.spans ?? [],
      };
      return expressionRows(written, problems);
    }),
};
