import { confidenceQuantiles, phaseNames, splitNames } from "../experiment/eventNames";
import type { ColumnTable } from "./columnTable";
import type { DataTable } from "./csv";
import type { MemoryLedger } from "./memoryLedger";
import { metricGroups } from "./metricGroups";
import type { ModalityLens } from "./layerLensState";
import type { TableName } from "./tableNames";

/** What the charts of the run dashboard draw. */
export interface DashboardData {
  readonly tables: Readonly<Record<TableName, ColumnTable>>;
  readonly ledger?: MemoryLedger | undefined;
  readonly selector: string;
}

const place = ["step", "epoch", "seconds"];

/** Columns of the table of steps that have a chart of their own, by the chart's name. */
export const stepCharts = ["loss", "learningRate", "gradientNorm", "samplesPerSecond"] as const;

/**
 * The raw data behind a chart of the run dashboard, as "Show data as table" and the CSV export give it.
 * @param chart one of {@link stepCharts}, `metrics.<group>`, `memory` or `ledger`
 * @returns undefined for a chart there is none of
 */
export function dashboardTable({ tables, ledger, selector }: DashboardData, chart: string): DataTable | undefined {
  const column = stepCharts.find((name) => name === chart);
  if (column) return rowsOf(tables.steps, [...place, column]);
  if (chart === "memory") return rowsOf(tables.memory, ["seconds", "step", "phase", "rssBytes", "deviceBytes"]);
  if (chart === "ledger") return ledger && ledgerTable(ledger);
  const group = metricGroups(tables.evaluations.columnNames, selector).find(({ name }) => chart === `metrics.${name}`);
  return group && rowsOf(tables.evaluations, [...place, "split", "isBest", ...group.metrics]);
}

/** The confidence of one modality, one row per evaluation and layer. */
export function confidenceTable({ layers, evaluations, means, deviations, quantiles }: ModalityLens): DataTable {
  const width = confidenceQuantiles.length;
  const columns = ["step", "epoch", "split", "layer", "mean", "sd", ...confidenceQuantiles.map((q) => `q${q * 100}`)];
  return {
    columns,
    rowCount: evaluations.length * layers.length,
    cell(row, column) {
      const evaluation = evaluations[Math.floor(row / layers.length)];
      if (column === 0) return evaluation?.step ?? Number.NaN;
      if (column === 1) return evaluation?.epoch ?? Number.NaN;
      if (column === 2) return evaluation?.split ?? "";
      if (column === 3) return layers[row % layers.length] ?? "";
      if (column === 4) return means[row] ?? Number.NaN;
      if (column === 5) return deviations[row] ?? Number.NaN;
      return quantiles[row * width + column - 6] ?? Number.NaN;
    },
  };
}

const namesOf: Readonly<Record<string, readonly string[]>> = { split: splitNames, phase: phaseNames };

function rowsOf(table: ColumnTable, columns: readonly string[]): DataTable {
  const values = columns.map((name) => table.column(name));
  return {
    columns,
    rowCount: table.rowCount,
    cell(row, column) {
      const value = values[column]?.[row] ?? Number.NaN;
      const names = namesOf[columns[column] ?? ""];
      return names ? (names[value] ?? "") : value;
    },
  };
}

function ledgerTable({ predicted, measuredByPhase, idleBytes, peakBytes, deviceBytes }: MemoryLedger): DataTable {
  const rows: (readonly [string, string, number])[] = [
    ...(predicted?.kinds ?? []).map(({ kind, bytes }) => ["predicted", kind, bytes] as const),
    ...(predicted ? [["predicted", "peak", predicted.peakBytes] as const] : []),
    ...measuredByPhase.map(({ phase, bytes }) => ["measured", phase, bytes] as const),
    ...(idleBytes === undefined ? [] : [["measured", "idle", idleBytes] as const]),
    ...(peakBytes === undefined ? [] : [["measured", "peak", peakBytes] as const]),
    ...(deviceBytes === undefined ? [] : [["measured", "device", deviceBytes] as const]),
  ];
  return {
    columns: ["source", "kind", "bytes"],
    rowCount: rows.length,
    cell: (row, column) => rows[row]?.[column] ?? Number.NaN,
  };
}
