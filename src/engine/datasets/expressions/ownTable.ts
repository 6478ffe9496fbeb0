import type { ExpressionRow } from "../expressionDataset";
import type { Format } from "../files/format";
import { readTable } from "../files/ownTable";
import { expressionRows } from "./expressionRow";

/** One's own expressions as a table; the column `box` holds four numbers, "12 30 100 80". */
export const ownTable: Format<ExpressionRow> = {
  name: "CSV with the columns image, expression, box (four numbers) and split",
  matches: ({ content }) => content.kind === "table",
  read: (source, { imageOf, problems }) =>
    readTable(source, { image: ["image"], expression: ["expression"], box: ["box"] }, { problems }).flatMap(
      ({ place, cells, id, split }) => {
        const numbers = cells.box
          .replace(/[[\]()]/g, " ")
          .trim()
          .split(/[\s,;]+/);
        const written = {
          place,
          id,
          split,
          fileSplit: source.split,
          media: cells.image,
          candidates: imageOf(cells.image),
          imageSize: undefined,
          caption: cells.expression,
          box: numbers.map((number) => (number === "" ? NaN : Number(number))),
          spans: [],
        };
        return expressionRows(written, problems);
      },
    ),
};
