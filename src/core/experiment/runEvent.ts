import { z } from "zod";
import { phaseNames, splitNames } from "./eventNames";
import { ConfidenceByModality } from "./layerConfidence";
import { Measured, Metrics } from "./metrics";

export const Phase = z.enum(phaseNames);
export type Phase = z.infer<typeof Phase>;

export const Split = z.enum(splitNames);
export type Split = z.infer<typeof Split>;

export const RunOutcome = z.enum(["completed", "cancelled", "early-stopped"]);
export type RunOutcome = z.infer<typeof RunOutcome>;

/** Predicted peak memory in bytes by kind (weights, activations, gradients, …), from the liveness of the graph that runs. */
export const PredictedMemory = z.object({ peakBytes: z.number(), bytesByKind: z.record(z.string(), z.number()) });
export type PredictedMemory = z.infer<typeof PredictedMemory>;

/**
 * An error as it lies in a file. `user` (the input is wrong) and `failure` (the run could not go on) are sentences; `internal`
 * ones are bugs and keep a stack.
 */
export const RunError = z.object({
  kind: z.enum(["user", "failure", "internal"]),
  message: z.string(),
  stack: z.string().optional(),
});
export type RunError = z.infer<typeof RunError>;

const count = z.int().min(0);

/**
 * Everything that happens in a run, in order. Tags are past tense or end in "End". Steps and epochs count from 1 in events:
 * `step` 1 is the first optimizer update.
 */
export const RunEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("runStarted"),
    experiment: z.string(),
    variant: z.string(),
    seed: count,
    /** Updates already done when a run is resumed. */
    resumedFromStep: count.optional(),
  }),
  z.object({
    type: z.literal("deviceChosen"),
    wanted: z.string(),
    device: z.string(),
    /** Why each better device was passed over, one sentence each. */
    fallbacks: z.array(z.string()),
  }),
  z.object({
    type: z.literal("phaseStarted"),
    phase: Phase,
    split: Split.optional(),
    modality: z.string().optional(),
  }),
  z.object({ type: z.literal("phaseEnded"), phase: Phase, seconds: Measured }),
  z.object({
    type: z.literal("extractionProgress"),
    modality: z.string(),
    done: count,
    total: count,
    /** How many of `done` the cache already held. */
    fromCache: count,
    itemsPerSecond: Measured,
  }),
  z.object({
    type: z.literal("trainingPlanned"),
    epochs: count,
    stepsPerEpoch: count,
    totalSteps: count,
    trainableParams: count,
    predictedMemory: PredictedMemory.optional(),
  }),
  z.object({
    type: z.literal("stepEnd"),
    step: count,
    epoch: count,
    loss: Measured,
    learningRate: Measured,
    /** Global norm before clipping. */
    gradientNorm: Measured,
    samplesPerSecond: Measured,
  }),
  z.object({
    type: z.literal("evaluationEnd"),
    step: count,
    epoch: count,
    split: Split,
    metrics: Metrics,
    confidence: ConfidenceByModality.optional(),
    /** Whether this is the best value of the selecting metric so far. */
    isBest: z.boolean(),
  }),
  z.object({ type: z.literal("epochEnd"), epoch: count, step: count, meanLoss: Measured, seconds: Measured }),
  z.object({
    type: z.literal("checkpointSaved"),
    step: count,
    epoch: count,
    kind: z.enum(["resume", "best"]),
    /** Relative to the run directory. */
    file: z.string(),
    bytes: count,
  }),
  z.object({
    type: z.literal("memorySampled"),
    phase: Phase.optional(),
    /** Resident memory of the process that trains, measured. */
    rssBytes: count,
    /** Memory held on the device, measured. */
    deviceBytes: count.optional(),
  }),
  z.object({ type: z.literal("warning"), message: z.string() }),
  z.object({ type: z.literal("itemSkipped"), item: z.string(), line: count.optional(), reason: z.string() }),
  z.object({ type: z.literal("runEnded"), outcome: RunOutcome, step: count, epoch: count, seconds: Measured }),
  z.object({ type: z.literal("runFailed"), error: RunError }),
]);

export type RunEvent = z.infer<typeof RunEvent>;

/** Reads an event back from JSON; undefined for one that this version does not know, which readers pass over. */
export function readRunEvent(value: unknown): RunEvent | undefined {
  const parsed = RunEvent.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
