import { z } from "zod";
import { ConfidenceByModality } from "./layerConfidence";
import { Measured, Metrics } from "./metrics";
import { Phase, PredictedMemory, RunError, RunOutcome, Split } from "./runEvent";

/** Version of the files of a run directory; readers refuse a higher one. */
export const runFormatVersion = 1;

const count = z.int().min(0);

/** What a finished run came to; the only file that tables and comparisons need. */
export const RunSummary = z.object({
  formatVersion: z.literal(runFormatVersion),
  experiment: z.string(),
  variant: z.string(),
  seed: count,
  outcome: z.enum([...RunOutcome.options, "failed"]),
  error: RunError.optional(),
  step: count,
  epoch: count,
  /** The checkpoint that evaluation and export use, and the validation metric that selected it. */
  best: z.object({ epoch: count, step: count, metric: z.string(), value: Measured, checkpoint: z.string() }).optional(),
  /** Metrics of the best checkpoint by split. */
  metrics: z.partialRecord(Split, Metrics),
  /** Layer confidence of the best checkpoint over one split. */
  confidence: z.object({ split: Split, byModality: ConfidenceByModality }).optional(),
  trainableParams: count,
  /** High-water mark of the training process, measured. */
  peakRssBytes: count,
  /** Resident memory before anything was loaded, measured. */
  idleRssBytes: count.optional(),
  peakDeviceBytes: count.optional(),
  predictedMemory: PredictedMemory.optional(),
  secondsByPhase: z.partialRecord(Phase, Measured),
  /** The device that really ran. */
  device: z.string(),
  fallbacks: z.array(z.string()),
  threads: count.optional(),
  versions: z.record(z.string(), z.string()),
  /** ISO 8601, UTC. */
  startedAt: z.string(),
  endedAt: z.string(),
  /** How many times the run was taken up again. */
  resumes: count,
});
export type RunSummary = z.infer<typeof RunSummary>;
