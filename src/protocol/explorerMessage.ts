import type { ExplorerState } from "../core/views/backbone/explorerState";
import type { ValuePage, ValueRow } from "../core/views/backbone/valueRows";
import type { PanelLabels } from "./panelLabels";

/** What the host tells the backbone explorer: its whole state whenever that changes, and the values that it has asked for. */
export type ExplorerMessage =
  | { readonly kind: "state"; readonly labels: PanelLabels; readonly state: ExplorerState }
  | {
      readonly kind: "values";
      readonly request: number;
      readonly page: ValuePage;
      /** Those of the ticked values that the model has, low to high. */
      readonly ticked: readonly ValueRow[];
    };
