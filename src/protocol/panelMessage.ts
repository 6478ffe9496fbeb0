import type { TableRows } from "../core/views/columnTable";
import type { ComparedCurves } from "../core/views/comparison/comparedCurves";
import type { ComparedRun } from "../core/views/comparison/comparedRun";
import type { DashboardState } from "../core/views/dashboardState";
import type { LayerLensState } from "../core/views/layerLensState";
import type { TableName } from "../core/views/tableNames";
import type { PanelLabels } from "./panelLabels";

/** New rows of the tables; a table that did not change is absent. */
export type TableChanges = { readonly [N in TableName]?: TableRows };

/**
 * What the host tells the run dashboard. `state` comes first, and again whenever the page is shown again: it holds everything.
 * `patch` holds the parts of the state that changed. Arrays of numbers are typed, since JSON would lose what is not finite.
 */
export type DashboardMessage =
  | {
      readonly kind: "state";
      readonly labels: PanelLabels;
      readonly state: DashboardState;
      readonly tables: Readonly<Record<TableName, TableRows>>;
    }
  | { readonly kind: "patch"; readonly state: Partial<DashboardState>; readonly tables: TableChanges };

/** What the host tells the layer lens: all of it, whenever an evaluation has ended. */
export interface LensMessage {
  readonly kind: "state";
  readonly labels: PanelLabels;
  readonly state: LayerLensState;
}

/** Curves of runs by the runs' ids. */
export type CurvesByRun = Readonly<Record<string, ComparedCurves>>;

/**
 * What the host tells the comparison. `state` comes first, and again whenever the page is shown again; `patch` holds all runs,
 * whose figures are few, and the curves of those that changed.
 */
export type ComparisonMessage =
  | {
      readonly kind: "state";
      readonly labels: PanelLabels;
      readonly runs: readonly ComparedRun[];
      readonly curves: CurvesByRun;
      /** Runs that have not been read yet. */
      readonly unread: number;
    }
  | {
      readonly kind: "patch";
      readonly runs: readonly ComparedRun[];
      readonly curves: CurvesByRun;
      readonly unread: number;
    };
