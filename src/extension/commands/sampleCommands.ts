import type { CommandTable } from "../app";
import { later } from "./later";

/** The sample workspace. */
export const sampleCommands: CommandTable = {
  "unipt.openSampleExperiment": later,
};
