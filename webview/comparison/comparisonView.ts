import type { Split } from "../../src/core/experiment/runEvent";
import { splitNames } from "../../src/core/experiment/eventNames";
import type { TableOptions } from "../../src/core/views/comparison/comparisonTable";
import type { Window } from "../../src/core/views/decimate";
import type { XUnit } from "../shared/lineModel";

/** How the user looks at a comparison; kept over reloads. */
export interface ComparisonView {
  /** Undefined: the metric that selects checkpoints. */
  readonly metric: string | undefined;
  /** Undefined: the test split where some run has been tested, else validation. */
  readonly split: Split | undefined;
  /** Key of a group. */
  readonly baseline: string | undefined;
  readonly showsAllSettings: boolean;
  readonly showsAllMetrics: boolean;
  readonly showsSeeds: boolean;
  readonly sort: TableOptions["sort"];
  /** Keys of the groups whose runs are shown. */
  readonly expanded: readonly string[];
  readonly unit: XUnit;
  readonly isLogY: boolean;
  readonly window: Window | undefined;
  /** Keys of groups whose curves are hidden. */
  readonly hidden: readonly string[];
}

const units: readonly XUnit[] = ["step", "epoch", "seconds"];

/** Reads back what was kept, as far as it makes sense. */
export function readView(saved: Readonly<Record<string, unknown>>): ComparisonView {
  const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
  const texts = (value: unknown): readonly string[] =>
    Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
  return {
    metric: text(saved["metric"]),
    split: splitNames.find((name) => name === saved["split"]),
    baseline: text(saved["baseline"]),
    showsAllSettings: saved["showsAllSettings"] === true,
    showsAllMetrics: saved["showsAllMetrics"] === true,
    showsSeeds: saved["showsSeeds"] === true,
    sort: readSort(saved["sort"]),
    expanded: texts(saved["expanded"]),
    unit: units.find((unit) => unit === saved["unit"]) ?? "epoch",
    isLogY: saved["isLogY"] === true,
    window: undefined,
    hidden: texts(saved["hidden"]),
  };
}

function readSort(saved: unknown): TableOptions["sort"] {
  if (typeof saved !== "object" || saved === null || !("column" in saved) || typeof saved.column !== "string")
    return undefined;
  return { column: saved.column, isDescending: "isDescending" in saved && saved.isDescending === true };
}
