import type { App, CommandTable } from "../app";
import type { Reports } from "../running/reports";
import { namedVariants } from "./namedVariants";
import { experimentFileOf, resourcesOf } from "./resources";

/** Running, stopping and checking. What each does is loaded when it is called. */
export const runCommands: CommandTable = {
  "unipt.runExperiment": (app) => async (resource, choice) =>
    (await import("../running/runExperiment")).runExperiment(
      app,
      experimentFileOf(resource),
      namedVariants(resource, choice),
    ),
  "unipt.runWithSeeds": (app) => async (resource, choice) =>
    (await import("../running/runExperiment")).runWithSeeds(
      app,
      experimentFileOf(resource),
      namedVariants(resource, choice),
    ),
  "unipt.stopRun": (app) => async (resource, selection) =>
    (await import("../running/stopRuns")).stopRuns(app, resourcesOf(resource, selection)),
  "unipt.killRun": (app) => async (resource, selection) =>
    (await import("../running/stopRuns")).killRuns(app, resourcesOf(resource, selection)),
  "unipt.resumeRun": (app) => async (resource, selection) =>
    (await import("../running/resumeRuns")).resumeRuns(app, resourcesOf(resource, selection)),
  "unipt.extractFeatures": (app) => async (resource) =>
    (await import("../running/extractFeatures")).extractFeatures(app, resourcesOf(resource)[0]),
  "unipt.verifyNumerics": (app) => async (resource) =>
    (await import("../running/verifyNumerics")).verifyNumerics(app, await reportsOf(app), resourcesOf(resource)[0]),
  "unipt.doctor": (app) => async () => (await import("../running/doctor")).doctor(app, await reportsOf(app)),
  "unipt.copyDiagnostics": (app) => async () => (await import("../running/copyDiagnostics")).copyDiagnostics(app),
};

const made = new WeakMap<App, Promise<Reports>>();

/** Made with the first report. */
export function reportsOf(app: App): Promise<Reports> {
  const existing = made.get(app);
  if (existing) return existing;
  const reports = import("../running/reports").then(({ Reports: Made }) => {
    const fresh = new Made();
    app.context.subscriptions.push(fresh);
    return fresh;
  });
  made.set(app, reports);
  return reports;
}
