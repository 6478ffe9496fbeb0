import type { CommandTable } from "../app";
import { resourcesOf } from "./resources";
import { reportsOf } from "./runCommands";

/** Making and planning experiments. */
export const experimentCommands: CommandTable = {
  "unipt.newExperiment": () => async (resource) => {
    const { newExperiment } = await import("./newExperiment");
    await newExperiment(resourcesOf(resource)[0]);
  },
  "unipt.launchAblation": (app) => async (resource, choice) => {
    const { launchAblation, namedAxes } = await import("../planning/launchAblation");
    await launchAblation(app, resourcesOf(resource)[0], namedAxes(choice));
  },
  "unipt.estimateMemory": (app) => async (resource) =>
    (await import("../planning/estimateMemory")).estimateMemory(app, await reportsOf(app), resourcesOf(resource)[0]),
};
