import { blockMeasures, blockTable } from "../../core/views/backbone/blockMeasures";
import { blockNames } from "../../core/views/backbone/blockNames";
import type { ReportHead } from "../../core/views/backbone/explorerState";
import type { DataTable } from "../../core/views/csv";
import { blockWords, measureTitle } from "../../protocol/explorerWords";
import type { PanelLabels } from "../../protocol/panelLabels";

/** The data of the chart of blocks. */
export function explorerTable(report: ReportHead, labels: PanelLabels): DataTable {
  const titles = blockMeasures.map((measure) => measureTitle(labels, measure));
  return blockTable(report, blockNames(report, blockWords(labels)), titles);
}
