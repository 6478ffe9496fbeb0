import type { CommandTable } from "../app";
import { later } from "./later";
import { resourcesOf } from "./resources";

/** Making and planning experiments. */
export const experimentCommands: CommandTable = {
  "unipt.newExperiment": () => async (resource) => {
    const { newExperiment } = await import("./newExperiment");
    await newExperiment(resourcesOf(resource)[0]);
  },
  "unipt.launchAblation": later,
  "unipt.estimateMemory": later,
};
