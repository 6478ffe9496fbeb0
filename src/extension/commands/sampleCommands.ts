import type { CommandTable } from "../app";

/** The sample workspace. */
export const sampleCommands: CommandTable = {
  "unipt.openSampleExperiment": (app) => async () => {
    const { openSample } = await import("../sample/openSample");
    await openSample(app.context, app.log);
  },
};
