import type { PanelIntent } from "../../src/protocol/panelIntent";
import type { Texts } from "./texts";

/** What every part of a page needs. */
export interface Ui {
  readonly texts: Texts;
  readonly send: (intent: PanelIntent) => void;
}
