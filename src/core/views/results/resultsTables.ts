import type { LayerConfidence } from "../../experiment/layerConfidence";
import type { RankedQuery, RetrievalAnswer, RetrievalEntry, RetrievalResult } from "../../datasets/retrievalResults";
import type { DataTable } from "../csv";

/**
 * The queries of a split, one row each, with their layer confidence.
 * @param layers names of the layers that the queries' side weighs
 */
export function queriesTable(queries: readonly RankedQuery[], layers: readonly string[]): DataTable {
  return tableOf(
    ["query", "image", "rank", "similarity", "margin", ...layers],
    queries.map(({ entry, rank, score, margin, confidence }) => [
      ...names(entry),
      rank,
      score,
      margin ?? Number.NaN,
      ...shares(confidence, layers),
    ]),
  );
}

/**
 * The answers to one query, best first, with the layer confidence of each.
 * @param layers names of the layers that the answers' side weighs
 */
export function resultsTable({ results, firstRight }: RetrievalAnswer, layers: readonly string[]): DataTable {
  const rows = firstRight ? [...results, firstRight] : results;
  return tableOf(
    ["rank", "similarity", "right", "answer", "image", ...layers],
    rows.map(({ entry, rank, score, isRight, confidence }: RetrievalResult) => [
      rank,
      score,
      isRight === undefined ? "" : String(isRight),
      ...names(entry),
      ...shares(confidence, layers),
    ]),
  );
}

/** The confidence of one image or caption beside the mean and spread of its split, one row per layer. */
export function entryConfidenceTable(layers: readonly LayerConfidence[], confidence: readonly number[]): DataTable {
  return tableOf(
    ["layer", "confidence", "mean of the split", "sd of the split"],
    layers.map(({ layer, mean, standardDeviation }, l) => [
      layer,
      confidence[l] ?? Number.NaN,
      mean,
      standardDeviation,
    ]),
  );
}

/** What an image or caption is called, and the image it is or belongs to. */
function names(entry: RetrievalEntry): readonly [string, string] {
  return entry.side === "text" ? [entry.text, entry.image.id] : [entry.captions.join(" / "), entry.id];
}

function shares(confidence: readonly number[] | undefined, layers: readonly string[]): readonly number[] {
  return layers.map((_, l) => confidence?.[l] ?? Number.NaN);
}

function tableOf(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): DataTable {
  return { columns, rowCount: rows.length, cell: (row, column) => rows[row]?.[column] ?? Number.NaN };
}
