import { standingLabels } from "../standingLabels";

/** Every text of the sidebar's trees in English; the host puts the user's language in their place. Places {0}, … are filled in. */
export const englishTreeLabels = {
  ...standingLabels,

  // Rows
  seed: "seed {0}",
  seedAttempt: "seed {0}, attempt {1}",
  epochOf: "epoch {0} of {1}",
  epochOnly: "epoch {0}",
  extracting: "extracting {0}s, {1}",
  starting: "starting",
  val: "val",
  test: "test",
  train: "train",
  noRuns: "no runs yet",
  oneRun: "1 run",
  runs: "{0} runs",
  runsRunning: "{0} running",
  seedCount: "n = {0}",
  seedCountOf: "n = {0} of {1}",
  fileGone: "experiment file is gone",
  moreProblems: "{0} (and {1} more)",

  // Names of rows for screen readers
  experimentRow: "experiment {0}",
  variantRow: "variant {0}",

  // Hovers
  state: "State",
  metric: "Result",
  metricOf: "{0} {1}: {2}, epoch {3}",
  bestOf: "{0} (best checkpoint)",
  settings: "Differs from other variants",
  changedSettings: "Made with other settings than the file has now",
  settingNow: "{0} (now {1})",
  moreSettings: "and {0} more",
  device: "Device",
  deviceWanted: "{0} (asked for: {1})",
  memory: "Memory",
  memoryPeak: "highest resident {0}, measured",
  memoryNow: "resident {0}, measured",
  memoryDevice: "on the device {0}, measured",
  memoryPredicted: "training predicted {0}",
  time: "Time",
  timePhase: "{0} {1}",
  extract: "extraction",
  statistics: "statistics",
  trainPhase: "training",
  evaluate: "evaluation",
  parameters: "Trainable parameters",
  confidence: "Layer confidence ({0})",
  collapsed: "one layer takes {0} of the confidence",
  confidenceNote: "Confidence is not importance.",
  started: "Started",
  process: "Process",
  directory: "Directory",
} as const;

export type TreeLabels = Readonly<Record<keyof typeof englishTreeLabels, string>>;
