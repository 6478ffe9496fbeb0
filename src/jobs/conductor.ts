import { Cancelled, RunFailure, UserError } from "../core/errors";
import type { JobCommand, JobExtraction, JobRecord, JobRunStatus, JobState } from "../core/experiment/jobRecord";
import { isSettled, jobFormatVersion } from "../core/experiment/jobRecord";
import type { RunEvent } from "../core/experiment/runEvent";
import type { Placement } from "../protocol/engine";
import { featureKey, type FeatureSet, featureSets } from "./featureSets";
import { coreCount, trainingConcurrency } from "./placement";
import { extractSets, trainRuns, type WorkObserver } from "./runList";
import { statusAfter } from "./statusAfter";
import type { WorkerProgram } from "./workerProcess";

/** Longer reasons (stacks, what a driver printed) are in the log. */
const maxReasonLength = 2_000;

export interface ConductorOptions {
  readonly worker: WorkerProgram;
  /** Told after each change; `isUrgent` unless it is mere progress. */
  readonly onChange: (state: JobState, isUrgent: boolean) => void;
  readonly log: (line: string) => void;
}

interface RunControl {
  readonly stop: AbortController;
  readonly kill: AbortController;
}

/** Works through a list of runs: extracts each set of features once, then trains, each in a process of its own. */
export class Conductor {
  readonly #record: JobRecord;
  readonly #options: ConductorOptions;
  readonly #all: RunControl = newControl();
  readonly #controls: readonly RunControl[];
  readonly #extractions = new Map<number, JobExtraction>();
  #phase: JobState["phase"] = "extracting";
  #runs: JobRunStatus[];

  constructor(record: JobRecord, options: ConductorOptions) {
    this.#record = record;
    this.#options = options;
    this.#controls = record.runs.map(newControl);
    this.#runs = record.runs.map(({ resume }) => ({
      state: "waiting",
      ...(resume !== undefined && { directory: resume }),
    }));
  }

  get state(): JobState {
    return {
      formatVersion: jobFormatVersion,
      phase: this.#phase,
      extractions: [...this.#extractions.values()],
      runs: this.#runs,
    };
  }

  /** Does all of it; settles when nothing is left to do, whatever became of it. Never rejects. */
  async work(): Promise<void> {
    this.#options.log(`${this.#record.title}: begins, ${this.#record.runs.length} in all`);
    try {
      await this.#train(await this.#extract());
    } catch (error) {
      this.#record.runs.forEach((_, index) => this.#fail(index, error));
    }
    this.#phase = "ended";
    this.#changed(true);
    this.#options.log(`${this.#record.title}: ended`);
  }

  /** Stops or kills one run, or all. A run that waits is not started any more. */
  command({ kind, run }: JobCommand): void {
    this.#options.log(`Asked to ${kind} ${run === undefined ? "all runs" : this.#label(run)}`);
    const indices = run === undefined ? this.#runs.map((_, index) => index) : [run];
    for (const index of indices) {
      this.#controls[index]?.[kind].abort();
      if (this.#runs[index]?.state === "waiting")
        this.#set(index, { state: "cancelled", reason: "It was stopped before it began." }, true);
    }
    const isNothingLeft = this.#controls.every(
      ({ stop, kill }, index) => stop.signal.aborted || kill.signal.aborted || this.#isSettled(index),
    );
    if (isNothingLeft) this.#all[kind].abort();
  }

  /** @returns the extractions that were made */
  async #extract(): Promise<{ device: string }[]> {
    const sets = featureSets(this.#record.runs.map(({ plan }) => plan.config));
    const pool = { ...this.#options.worker, concurrency: coreCount(), ...this.#signals };
    const outcomes = await extractSets(sets, this.#place, pool, (index) => this.#observeExtraction(index, sets[index]));
    for (const [index, outcome] of outcomes.entries()) {
      const set = sets[index];
      if (outcome.status === "rejected" && set) this.#failRunsOf(set, outcome.reason);
    }
    return outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  }

  #observeExtraction(index: number, set: FeatureSet | undefined): WorkObserver<{ items: number; device: string }> {
    const modality = set?.modality ?? "features";
    const { log } = this.#options;
    return {
      onEvent: (event) => {
        if (event.type !== "extractionProgress") return;
        const { done, total, itemsPerSecond } = event;
        this.#extractions.set(index, { modality, done, total, itemsPerSecond });
        this.#changed(false);
      },
      onDone: ({ items, device }) => {
        log(`Features of ${items} ${modality} items are there (${device})`);
        this.#extractions.delete(index);
        this.#changed(true);
      },
      onFailure: (error) => {
        log(`Features of ${modality} items: ${fullText(error)}`);
        this.#extractions.delete(index);
      },
      onRestart: (reason) => log(`Features of ${modality} items: ${reason}`),
    };
  }

  async #train(extracted: readonly { device: string }[]): Promise<void> {
    this.#phase = "training";
    this.#changed(true);
    const { runs, runsDirectory } = this.#record;
    const pending = runs.flatMap((run, index) => (this.#isSettled(index) ? [] : [{ ...run, index }]));
    const concurrency = trainingConcurrency(extracted, coreCount(), pending.length);
    const pool = { ...this.#options.worker, concurrency, ...this.#signals };
    await trainRuns(pending, runsDirectory, this.#place, pool, (at) => this.#observeRun(pending[at]?.index ?? at));
  }

  #observeRun(index: number): WorkObserver<{ summary: { outcome: string }; directory: string }> {
    const { log } = this.#options;
    const label = this.#label(index);
    const control = this.#controls[index];
    return {
      ...(control && { stop: control.stop.signal, kill: control.kill.signal }),
      onDirectory: (directory) => {
        log(`${label}: ${directory}`);
        this.#set(index, { ...this.#runs[index], state: "running", directory, reason: undefined }, true);
      },
      onEvent: (event) => this.#take(index, event),
      onDone: ({ summary, directory }) => {
        log(`${label}: ${summary.outcome}`);
        const state = summary.outcome === "early-stopped" ? "early-stopped" : "completed";
        this.#set(index, { ...this.#runs[index], state, directory, reason: undefined }, true);
      },
      onFailure: (error) => this.#fail(index, error),
      onRestart: (reason) => {
        log(`${label}: ${reason}`);
        this.#set(index, { ...this.#runs[index], state: "restarting", reason }, true);
      },
    };
  }

  #take(index: number, event: RunEvent): void {
    const before = this.#runs[index];
    if (!before) return;
    const selector = this.#record.runs[index]?.plan.config.training.selectBy;
    const after = statusAfter(before, event, selector);
    if (after !== before) this.#set(index, after, false);
  }

  #failRunsOf(set: FeatureSet, error: unknown): void {
    const key = featureKey(set);
    for (const [index, { plan }] of this.#record.runs.entries())
      if (featureKey({ modality: set.modality, config: plan.config }) === key) this.#fail(index, error);
  }

  #fail(index: number, error: unknown): void {
    if (this.#isSettled(index)) return;
    this.#options.log(`${this.#label(index)}: ${fullText(error)}`);
    const reason = (error instanceof Error ? error.message : String(error)).slice(0, maxReasonLength);
    this.#set(
      index,
      { ...this.#runs[index], state: error instanceof Cancelled ? "cancelled" : "failed", reason },
      true,
    );
  }

  #set(index: number, status: JobRunStatus, isUrgent: boolean): void {
    this.#runs = this.#runs.with(index, status);
    this.#changed(isUrgent);
  }

  #changed(isUrgent: boolean): void {
    this.#options.onChange(this.state, isUrgent);
  }

  #isSettled(index: number): boolean {
    const status = this.#runs[index];
    return status === undefined || isSettled(status);
  }

  #label(index: number): string {
    const plan = this.#record.runs[index]?.plan;
    return plan ? `${plan.experiment}, ${plan.variant}, seed ${plan.seed}` : `run ${index}`;
  }

  get #place(): Placement {
    const { baseDirectory, cacheDirectory } = this.#record;
    return { baseDirectory, cacheDirectory };
  }

  get #signals(): { stop: AbortSignal; kill: AbortSignal } {
    return { stop: this.#all.stop.signal, kill: this.#all.kill.signal };
  }
}

function newControl(): RunControl {
  return { stop: new AbortController(), kill: new AbortController() };
}

/** Bugs with their stack, sentences as they are. */
function fullText(error: unknown): string {
  if (error instanceof UserError || error instanceof RunFailure || error instanceof Cancelled) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
