import type { ExplorerIntent } from "../../src/protocol/explorerIntent";
import type { PanelIntent } from "../../src/protocol/panelIntent";
import type { Ui } from "../shared/ui";
import type { ExplorerView } from "./explorerView";

/** What every part of the explorer needs. */
export interface ExplorerUi extends Ui {
  readonly send: (intent: PanelIntent | ExplorerIntent) => void;
  /** Changes what the user has chosen and draws the page anew. */
  readonly change: (change: Partial<ExplorerView>) => void;
  /** Ticks a value, or takes the tick away. */
  readonly tick: (value: string, isTicked: boolean) => void;
}
