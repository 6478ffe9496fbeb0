import type { CommandTable } from "../app";
import { later } from "./later";

/** Making and planning experiments. */
export const experimentCommands: CommandTable = {
  "unipt.newExperiment": later,
  "unipt.launchAblation": later,
  "unipt.estimateMemory": later,
};
