/** What a run does at a time, in the order in which it first happens. */
export const phaseNames = ["extract", "statistics", "train", "evaluate"] as const;

/** Parts of a data set. */
export const splitNames = ["train", "val", "test"] as const;

/** Shares of samples at which the spread of layer confidence is described. */
export const confidenceQuantiles = [0.05, 0.25, 0.5, 0.75, 0.95] as const;
