import { splitNames } from "../../experiment/eventNames";
import type { ColumnTable } from "../columnTable";
import type { RunHistory } from "../runHistory";

/** A curve by any of the x axes; all four arrays have the same length. */
export interface ComparedCurve {
  readonly step: Float64Array;
  readonly epoch: Float64Array;
  readonly seconds: Float64Array;
  readonly y: Float64Array;
}

export interface ComparedCurves {
  readonly loss: ComparedCurve;
  /** Metrics of the validation split by dotted name. */
  readonly metrics: Readonly<Record<string, ComparedCurve>>;
}

/** Points of a curve: a comparison shows the course of many runs, their spikes are in the dashboard. */
const maxPoints = 1_000;
const axes = ["step", "epoch", "seconds"] as const;
const placeColumns = new Set(["record", "step", "epoch", "seconds", "split", "isBest"]);

/** The curves of a run that comparisons overlay: the loss and each validation metric. */
export function comparedCurves({ tables: { steps, evaluations } }: RunHistory): ComparedCurves {
  const splits = evaluations.column("split");
  const isValidation = (row: number): boolean => splitNames[splits[row] ?? -1] === "val";
  const metrics = evaluations.columnNames.filter((name) => !placeColumns.has(name));
  return {
    loss: averagedCurve(steps, "loss"),
    metrics: Object.fromEntries(metrics.map((name) => [name, averagedCurve(evaluations, name, isValidation)])),
  };
}

/**
 * A column as a curve. Long ones are averaged over equal stretches of 2ᵏ rows, so that runs of equal length have their points
 * at the same places; values that are not finite stay out of the averages, and a stretch without any is NaN.
 */
export function averagedCurve(table: ColumnTable, name: string, isWanted?: (row: number) => boolean): ComparedCurve {
  const rows = isWanted && Uint32Array.from({ length: table.rowCount }, (_, row) => row).filter(isWanted);
  const length = rows?.length ?? table.rowCount;
  const stride = 2 ** Math.ceil(Math.log2(Math.max(1, length / maxPoints)));
  const averaged = (column: Float64Array): Float64Array => {
    const means = new Float64Array(Math.ceil(length / stride));
    for (let i = 0; i < means.length; i++) {
      let [sum, count] = [0, 0];
      for (let at = i * stride; at < Math.min(length, (i + 1) * stride); at++) {
        const value = column[rows?.[at] ?? at] ?? Number.NaN;
        if (!Number.isFinite(value)) continue;
        sum += value;
        count++;
      }
      means[i] = count === 0 ? Number.NaN : sum / count;
    }
    return means;
  };
  const [step, epoch, seconds] = axes.map((axis) => averaged(table.column(axis)));
  const none = new Float64Array();
  return { step: step ?? none, epoch: epoch ?? none, seconds: seconds ?? none, y: averaged(table.column(name)) };
}
