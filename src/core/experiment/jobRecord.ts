import { z } from "zod";
import type { ExperimentConfig } from "./experimentConfig";
import { Measured } from "./metrics";

/** Version of the files of a job directory; readers refuse another. */
export const jobFormatVersion = 1;

const count = z.int().min(0);

const RunPlan = z.object({
  experiment: z.string(),
  variant: z.string(),
  seed: count,
  /** As it was when the work began; whoever runs it again checks it again. */
  config: z.custom<ExperimentConfig>((value) => typeof value === "object" && value !== null),
});

/** `job.json`: a list of runs that is worked on in the background. Written once, when the work begins. */
export const JobRecord = z.object({
  formatVersion: z.literal(jobFormatVersion),
  /** What the user calls it. */
  title: z.string(),
  /** Folder that the paths of the plans are relative to. */
  baseDirectory: z.string(),
  runsDirectory: z.string(),
  cacheDirectory: z.string(),
  /** In the order in which they are worked on; `resume`: a run directory to go on with. */
  runs: z.array(z.object({ plan: RunPlan, resume: z.string().optional() })),
  /** Whether it goes on when the editor that started it is gone. */
  keepsRunning: z.boolean(),
  /** ISO 8601, UTC. */
  startedAt: z.string(),
});
export type JobRecord = z.infer<typeof JobRecord>;

/** `restarting`: its process died and is started again after a pause. */
export const JobRunState = z.enum([
  "waiting",
  "running",
  "restarting",
  "completed",
  "early-stopped",
  "cancelled",
  "failed",
]);
export type JobRunState = z.infer<typeof JobRunState>;

/** How far one run of a list is. */
export const JobRunStatus = z.object({
  state: JobRunState,
  /** Known once the run has begun. */
  directory: z.string().optional(),
  /** Why it failed, was cancelled, or is restarted, in a sentence. */
  reason: z.string().optional(),
  epoch: count.optional(),
  epochs: count.optional(),
  /** The best evaluation so far. */
  best: z.object({ epoch: count, metric: z.string(), value: Measured }).optional(),
});
export type JobRunStatus = z.infer<typeof JobRunStatus>;

/** How far an extraction that the runs share is. */
export const JobExtraction = z.object({
  modality: z.string(),
  done: count,
  total: count,
  itemsPerSecond: Measured.optional(),
});
export type JobExtraction = z.infer<typeof JobExtraction>;

/** `state.json`: how far a list of runs is. Replaced as it changes. */
export const JobState = z.object({
  formatVersion: z.literal(jobFormatVersion),
  phase: z.enum(["extracting", "training", "ended"]),
  /** Extractions under way. */
  extractions: z.array(JobExtraction),
  /** In the order of the record's runs. */
  runs: z.array(JobRunStatus),
});
export type JobState = z.infer<typeof JobState>;

/** `request-*.json`: what another process asks of the one that works on the list. `run`: index into the record's runs. */
export const JobCommand = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("stop"), run: count.optional() }),
  z.object({ kind: z.literal("kill"), run: count.optional() }),
]);
export type JobCommand = z.infer<typeof JobCommand>;

/** Whether a run will not change any more. */
export function isSettled({ state }: JobRunStatus): boolean {
  return state !== "waiting" && state !== "running" && state !== "restarting";
}
