import { z } from "zod";

/** Which frames of a video the backbone sees. */
export const FramesConfig = z
  .strictObject({
    perSecond: z
      .number()
      .positive()
      .max(240)
      .default(1)
      .describe("Frames taken per second of the video, counted by its whole frame rate."),
    count: z
      .int()
      .min(1)
      .max(256)
      .default(12)
      .describe(
        "Frames per video: of more, those at the whole positions of a uniform grid from the first to the last; of fewer, " +
          "all, and the rest is masked.",
      ),
  })
  .prefault({})
  .describe("Frames that are taken from each video.");

export type FramesConfig = z.infer<typeof FramesConfig>;
