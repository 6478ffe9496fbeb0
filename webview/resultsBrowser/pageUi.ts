import type { PanelIntent } from "../../src/protocol/panelIntent";
import type { ResultsIntent } from "../../src/protocol/resultsIntent";
import type { Texts } from "../shared/texts";

/** What every part of this page needs. */
export interface PageUi {
  readonly texts: Texts;
  readonly send: (intent: PanelIntent | ResultsIntent) => void;
  /** A number that no question has had. */
  readonly nextRequest: () => number;
}

export const splitLabels = { train: "trainSplit", val: "valSplit", test: "testSplit" } as const;
