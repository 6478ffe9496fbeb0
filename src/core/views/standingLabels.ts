import type { RunStanding } from "./dashboardState";

/** What the states of a run are called in English, in the sidebar and in the panels. */
export const standingLabels = {
  running: "Running",
  completed: "Completed",
  cancelled: "Stopped",
  "early-stopped": "Stopped early",
  failed: "Failed",
  interrupted: "Interrupted",
  broken: "Unreadable",
} as const satisfies Readonly<Record<RunStanding, string>>;
