import type { CommandTable } from "../app";
import { later } from "./later";

/** What the sidebar's items offer. */
export const treeCommands: CommandTable = {
  "unipt.openExperimentFile": later,
  "unipt.duplicateRun": later,
  "unipt.copyRunConfig": later,
  "unipt.revealRun": later,
  "unipt.deleteRun": later,
  "unipt.filterRuns": later,
  "unipt.clearRunFilter": later,
  "unipt.refreshRuns": later,
  "unipt.refreshBackbones": later,
};
