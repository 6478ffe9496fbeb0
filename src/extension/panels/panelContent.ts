import type { DataTable } from "../../core/views/csv";

/** What a panel shows of a run; a webview is sent its messages. */
export interface PanelContent {
  /** Everything, for a page that has just been loaded. */
  whole(): unknown;
  /**
   * What changed since the last message; undefined when nothing did.
   * @param kept records of the history that stayed as they were
   */
  changes(kept: number): unknown;
  /** Whether the last message could not hold all that is new. */
  readonly isBehind: boolean;
  /** The data behind a chart; undefined for a name that no chart has. */
  table(chart: string): DataTable | undefined;
}
