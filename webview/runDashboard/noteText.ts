import { phaseNames } from "../../src/core/experiment/eventNames";
import { metricLabel } from "../../src/core/views/metricGroups";
import type { NoteCode } from "../../src/core/views/runNote";
import type { PanelLabel } from "../../src/protocol/panelLabels";
import type { Ui } from "../shared/ui";

const noteLabels: Readonly<Record<NoteCode, PanelLabel>> = {
  started: "noteStarted",
  resumed: "noteResumed",
  device: "noteDevice",
  fallback: "noteFallback",
  phaseEnded: "notePhaseEnded",
  best: "noteBest",
  warning: "noteWarning",
  itemSkipped: "noteItemSkipped",
  nonFiniteLoss: "noteNonFiniteLoss",
  collapse: "noteCollapse",
  completed: "noteCompleted",
  cancelled: "noteCancelled",
  "early-stopped": "noteEarlyStopped",
  failed: "noteFailed",
};

/** What a note says, in the user's language. */
export function noteText(
  { texts: { label, format } }: Ui,
  code: NoteCode,
  values: readonly (string | number)[],
): string {
  const [first = "", second = "", third = ""] = values;
  const name = noteLabels[code];
  switch (code) {
    case "phaseEnded": {
      const phase = phaseNames.find((known) => known === first);
      return label(name, phase ? label(phase) : first, format.duration(Number(second)));
    }
    case "best":
      return label(name, first, metricLabel(String(second)), format.number(Number(third)));
    case "collapse":
      return label(name, first, second, format.percent(Number(third)));
    case "completed":
    case "cancelled":
    case "early-stopped":
      return label(name, first, format.duration(Number(second)));
    case "started":
    case "resumed":
    case "device":
    case "fallback":
    case "warning":
    case "itemSkipped":
    case "nonFiniteLoss":
    case "failed":
      return label(name, ...values);
  }
}
