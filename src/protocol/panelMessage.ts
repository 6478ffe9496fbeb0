import type { TableRows } from "../core/views/columnTable";
import type { ComparedCurves } from "../core/views/comparison/comparedCurves";
import type { ComparedRun } from "../core/views/comparison/comparedRun";
import type { DashboardState } from "../core/views/dashboardState";
import type { LayerLensState } from "../core/views/layerLensState";
import type { TableName } from "../core/views/tableNames";
import type { LayerDistribution } from "../core/views/lens/layerDetail";
import type { LayerDrop } from "../core/views/lens/leaveOneOut";
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

/**
 * What the host tells the layer lens: `state` is all of it, whenever an evaluation has ended; `layer` answers a question about
 * one layer, at once with what lies in the run directory and again with what had to be looked up.
 */
export type LensMessage =
  | {
      readonly kind: "state";
      readonly labels: PanelLabels;
      readonly state: LayerLensState;
      /** What runs without one of the layers lost, where there are such runs. */
      readonly drops: readonly LayerDrop[];
    }
  | LayerMessage;

export interface LayerMessage {
  readonly kind: "layer";
  readonly modality: string;
  readonly layer: string;
  /** Absent while the samples of the run have not been written. */
  readonly distribution?: LayerDistribution;
  /** For each of the samples that rely on the layer most. */
  readonly samples?: readonly DescribedSample[];
  /** Shape as the model declares it, such as `N, 24, 48, 48`. */
  readonly shape?: string;
  readonly isLookingUp: boolean;
  /** Why something could not be looked up, in the user's language. */
  readonly remark?: string;
}

export interface DescribedSample {
  readonly name: string;
  readonly texts: readonly string[];
  /** Where the page may load the image from. */
  readonly image?: string;
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
