import { UserError } from "../../core/errors";
import type { ExpressionDataConfig } from "../../core/experiment/dataConfig";
import { namedFiles } from "../../core/experiment/dataFiles";
import type { ExpressionDataset, ExpressionItem, ExpressionRow } from "./expressionDataset";
import { cocoInstances } from "./expressions/cocoInstances";
import { mdetr } from "./expressions/mdetr";
import { ownRows } from "./expressions/ownRows";
import { ownTable } from "./expressions/ownTable";
import { openSources } from "./files/content";
import { type Format, mediaFolder, readRows } from "./files/format";
import { ProblemList } from "./problemList";
import { settleSplits } from "./settleSplits";
import { uniqueRows } from "./uniqueRows";
import { withMedia } from "./withMedia";

const formats: readonly Format<ExpressionRow>[] = [ownRows, ownTable, mdetr, cocoInstances];

/**
 * Reads expressions that mean a box of an image from one's own files, those of RefCOCO, RefCOCO+ and RefCOCOg, or COCO instances,
 * found out from their content (docs/data.md lists the formats). Rows that cannot be used are left out and reported; random
 * splits keep the expressions of an image together.
 *
 * @throws UserError when a file is missing, of another kind, lacks a column, or no usable expression is left
 */
export async function readExpressions(data: ExpressionDataConfig, baseDirectory: string): Promise<ExpressionDataset> {
  const problems = new ProblemList();
  const folder = mediaFolder(data.images, baseDirectory);
  const rows = await readRows(openSources(data, baseDirectory, problems), formats, { problems, folder });
  const placed = await withMedia(rows, { noun: "images", key: "data.images" }, problems);
  const named = uniqueRows(settleSplits(placed, data.split, problems), { problems, hasSeveral: true });
  const items = named.map(({ id, path, imageSize, caption, box, spans, split }): ExpressionItem => {
    return { id, imagePath: path, imageSize, caption, box, spans, split };
  });
  if (items.length === 0)
    throw new UserError(
      `${namedFiles(data)} holds no usable expression with a box${problems.reason}; see the example in docs/data.md.`,
    );
  return { items, problems: problems.problems };
}
