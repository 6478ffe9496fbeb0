import { z } from "zod";
import { Cancelled, RunFailure, UserError } from "../../core/errors";
import { Measured, Metrics } from "../../core/experiment/metrics";
import { Phase, type RunError, type RunEvent } from "../../core/experiment/runEvent";
import { type RunSummary, runFormatVersion } from "../../core/experiment/runSummary";
import type { OpenRun } from "./openRun";
import { versions } from "./openRun";
import type { BestEvaluation } from "./progress";
import { RunClock } from "./runClock";

/** What a checkpoint keeps of the record, so that the summary of a resumed run covers all of it. */
const EarlierRecord = z.object({
  secondsByPhase: z.partialRecord(Phase, Measured),
  peakRssBytes: z.number(),
  resumes: z.int().min(0),
  startedAt: z.string(),
  /** Validation metrics of the best checkpoint. */
  bestMetrics: Metrics.optional(),
});
export type EarlierRecord = z.infer<typeof EarlierRecord>;

/** Collects what the summary of a run says from the events of the run. */
export class RunRecord {
  readonly clock: RunClock;
  readonly #run: OpenRun;
  readonly #earlier: EarlierRecord | undefined;
  readonly #startedAt = new Date().toISOString();
  readonly #startMs = performance.now();
  readonly #idleRssBytes = process.memoryUsage.rss();
  #device: Extract<RunEvent, { type: "deviceChosen" }> | undefined;
  #planned: Extract<RunEvent, { type: "trainingPlanned" }> | undefined;
  #step: number;
  #epoch: number;
  #best: RunSummary["best"];
  #metrics: RunSummary["metrics"] = {};
  #confidence: RunSummary["confidence"];
  #threads: number | undefined;

  constructor(run: OpenRun) {
    this.#run = run;
    const info = run.writer.resumed?.info;
    this.#earlier = info && EarlierRecord.parse(info.trainer["record"]);
    this.#step = info?.step ?? 0;
    this.#epoch = info?.epoch ?? 0;
    if (info?.best) {
      const { file, ...best } = info.best;
      this.#best = { ...best, checkpoint: file };
    }
    if (this.#earlier?.bestMetrics) this.#metrics = { val: this.#earlier.bestMetrics };
    this.clock = new RunClock(this.#earlier?.secondsByPhase);
  }

  /** Seconds since this process took up the run. */
  get seconds(): number {
    return (performance.now() - this.#startMs) / 1000;
  }

  get step(): number {
    return this.#step;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** For a checkpoint. */
  get kept(): EarlierRecord {
    return {
      secondsByPhase: this.clock.secondsByPhase,
      peakRssBytes: this.#peakRssBytes,
      resumes: this.#resumes,
      startedAt: this.#earlier?.startedAt ?? this.#startedAt,
      ...(this.#metrics.val && { bestMetrics: this.#metrics.val }),
    };
  }

  setThreads(threads: number): void {
    this.#threads = threads;
  }

  setBest(best: BestEvaluation, metric: string): void {
    const { file, ...rest } = best;
    this.#best = { ...rest, metric, checkpoint: file };
  }

  /** Takes in what happened. */
  take(event: RunEvent): void {
    switch (event.type) {
      case "deviceChosen":
        this.#device = event;
        break;
      case "trainingPlanned":
        this.#planned = event;
        break;
      case "stepEnd":
        this.#step = event.step;
        break;
      case "epochEnd":
        this.#epoch = event.epoch;
        break;
      case "evaluationEnd":
        if (!event.isBest) break;
        this.#metrics = { ...this.#metrics, [event.split]: event.metrics };
        if (event.split === "test" && event.confidence)
          this.#confidence = { split: "test", byModality: event.confidence };
        break;
      case "runStarted":
      case "phaseStarted":
      case "phaseEnded":
      case "extractionProgress":
      case "checkpointSaved":
      case "memorySampled":
      case "warning":
      case "itemSkipped":
      case "runEnded":
      case "runFailed":
        break;
    }
  }

  /** What the run has come to. */
  summary(outcome: RunSummary["outcome"], error?: RunError): RunSummary {
    const { experiment, variant, seed } = this.#run.manifest;
    const { predictedMemory } = this.#planned ?? {};
    return {
      formatVersion: runFormatVersion,
      experiment,
      variant,
      seed,
      outcome,
      ...(error && { error }),
      step: this.#step,
      epoch: this.#epoch,
      ...(this.#best && { best: this.#best }),
      metrics: this.#metrics,
      ...(this.#confidence && { confidence: this.#confidence }),
      trainableParams: this.#planned?.trainableParams ?? 0,
      peakRssBytes: this.#peakRssBytes,
      idleRssBytes: this.#idleRssBytes,
      ...(predictedMemory && { predictedMemory }),
      secondsByPhase: this.clock.secondsByPhase,
      device: this.#device?.device ?? "none",
      fallbacks: this.#device?.fallbacks ?? [],
      ...(this.#threads !== undefined && { threads: this.#threads }),
      versions: versions(),
      startedAt: this.#earlier?.startedAt ?? this.#startedAt,
      endedAt: new Date().toISOString(),
      resumes: this.#resumes,
    };
  }

  get #resumes(): number {
    return this.#earlier ? this.#earlier.resumes + 1 : 0;
  }

  get #peakRssBytes(): number {
    return Math.max(this.clock.meter.peakBytes, this.#earlier?.peakRssBytes ?? 0);
  }
}

/** An error as the run directory keeps it; undefined for a run that was stopped on request. */
export function runError(error: unknown): RunError | undefined {
  if (error instanceof Cancelled) return undefined;
  if (error instanceof UserError) return { kind: "user", message: error.message };
  if (error instanceof RunFailure) return { kind: "failure", message: error.message };
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { kind: "internal", message, ...(stack !== undefined && { stack }) };
}
