import { sizeOf } from "../../graph/tensor";
import type { ReportedBlock } from "../../onnx/report/modelReport";
import type { DataTable } from "../csv";
import type { ReportHead } from "./explorerState";

export const blockMeasures = ["parameters", "flops", "width", "cache"] as const;
export type BlockMeasure = (typeof blockMeasures)[number];

/** A figure of a block; NaN where it has none, or it is unknown. */
export function measureOf(
  block: ReportedBlock,
  measure: BlockMeasure,
  { hiddenStates }: Pick<ReportHead, "hiddenStates">,
): number {
  if (measure === "parameters") return block.parameters;
  if (measure === "flops") return block.flops ?? Number.NaN;
  const state = block.hiddenState === undefined ? undefined : hiddenStates[block.hiddenState];
  if (measure === "width") return state?.width ?? Number.NaN;
  return state?.itemShape ? sizeOf(state.itemShape) * Uint16Array.BYTES_PER_ELEMENT : Number.NaN;
}

/** All figures of all blocks. @param titles of the measures, in their order */
export function blockTable(report: ReportHead, names: readonly string[], titles: readonly string[]): DataTable {
  const { blocks } = report;
  return {
    columns: ["block", ...titles],
    rowCount: blocks.length,
    cell(row, column) {
      const block = blocks[row];
      const measure = blockMeasures[column - 1];
      if (column === 0) return names[row] ?? "";
      return block && measure ? measureOf(block, measure, report) : Number.NaN;
    },
  };
}
