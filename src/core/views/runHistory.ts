import type { ConfidenceByModality } from "../experiment/layerConfidence";
import { flattenMetrics } from "../experiment/flattenMetrics";
import { phaseNames, splitNames } from "../experiment/eventNames";
import type { Phase, RunEvent, Split } from "../experiment/runEvent";
import { ColumnTable } from "./columnTable";
import type { NoteContent, RunNote } from "./runNote";
import { notesOf } from "./runNote";
import type { TableName } from "./tableNames";

/** A line of the event log, as far as views are concerned. */
export interface HistoryRecord {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly event: RunEvent | undefined;
}

/** A stretch of the run in seconds of running time; without an end while it lasts. */
export interface PhaseSpan {
  readonly phase: Phase;
  readonly split?: Split | undefined;
  readonly modality?: string | undefined;
  readonly start: number;
  readonly end?: number | undefined;
}

/** Layer confidence as one evaluation found it. */
export interface ConfidenceSnapshot {
  readonly step: number;
  readonly epoch: number;
  readonly split: Split;
  readonly byModality: ConfidenceByModality;
}

export type EventOf<T extends RunEvent["type"]> = Extract<RunEvent, { type: T }>;
type Marked<T> = T & { readonly record: number };

/** Data sets with damaged files can skip thousands of items; after so many notes the rest is only counted. */
const maxSkippedNotes = 100;

/**
 * Everything the views need to know of a run's events, in columns. It is fed the changes of the log, in order. What a resumed
 * run superseded is taken back.
 *
 * Every table has the columns `record`, `step`, `epoch` (with fractions where steps are known per epoch) and `seconds`:
 * running time since the start, without the pauses of runs that were interrupted.
 */
export class RunHistory {
  readonly tables: Readonly<Record<TableName, ColumnTable>> = {
    steps: new ColumnTable(),
    evaluations: new ColumnTable(),
    epochs: new ColumnTable(),
    memory: new ColumnTable(),
  };
  readonly #times = new ColumnTable();
  readonly #selector: string;
  #originMs = 0;
  #phases: Marked<PhaseSpan>[] = [];
  #notes: Marked<RunNote>[] = [];
  #confidences: Marked<ConfidenceSnapshot>[] = [];
  #skipped: number[] = [];
  started: EventOf<"runStarted"> | undefined;
  device: EventOf<"deviceChosen"> | undefined;
  plan: EventOf<"trainingPlanned"> | undefined;
  extraction: EventOf<"extractionProgress"> | undefined;

  /** @param selector dotted name of the metric that picks the best checkpoint */
  constructor(selector: string) {
    this.#selector = selector;
  }

  get recordCount(): number {
    return this.#times.rowCount;
  }

  /** Seconds of running time at the newest record. */
  get seconds(): number {
    return this.#times.rowCount === 0 ? 0 : this.#times.last("seconds");
  }

  get phases(): readonly PhaseSpan[] {
    return this.#phases;
  }

  get notes(): readonly RunNote[] {
    return this.#notes;
  }

  get skippedItems(): number {
    return this.#skipped.length;
  }

  get confidences(): readonly ConfidenceSnapshot[] {
    return this.#confidences;
  }

  /** Forgets all records but the first `kept`, then takes in the ones that follow. */
  apply({ kept, added }: { readonly kept: number; readonly added: readonly HistoryRecord[] }): void {
    if (kept < this.recordCount) this.#cut(kept);
    for (const record of added) this.#add(record);
  }

  #cut(kept: number): void {
    this.#times.cut(kept);
    for (const table of Object.values(this.tables)) table.cut(table.rowsBefore("record", kept));
    const remains = ({ record }: { readonly record: number }): boolean => record < kept;
    this.#phases = this.#phases
      .filter(remains)
      .map((span) => ((span.end ?? 0) > this.seconds ? { ...span, end: undefined } : span));
    this.#notes = this.#notes.filter(remains);
    this.#confidences = this.#confidences.filter(remains);
    this.#skipped = this.#skipped.filter((record) => record < kept);
  }

  #add({ time, event }: HistoryRecord): void {
    const record = this.recordCount;
    const before = this.seconds;
    // A run that is taken up again goes on where its last counted record left off.
    if (record === 0 || event?.type === "runStarted") this.#originMs = time - before * 1000;
    // Clocks are set back now and then; the tables are searched, so their time may not fall.
    const seconds = Math.max(before, (time - this.#originMs) / 1000);
    this.#times.append({ seconds });
    if (event === undefined) return;
    const note = (content: NoteContent): unknown => this.#notes.push({ ...content, record, seconds });
    if (event.type === "itemSkipped") this.#skipped.push(record);
    if (event.type !== "itemSkipped" || this.#skipped.length <= maxSkippedNotes)
      notesOf(event, { selector: this.#selector, lastConfidence: this.#confidences.at(-1)?.byModality }).forEach(note);
    if (event.type === "stepEnd" && !Number.isFinite(event.loss) && Number.isFinite(this.#lastLoss(event.step)))
      note({ level: "error", code: "nonFiniteLoss", values: [event.step], step: event.step });
    this.#tabulate(event, record, seconds);
  }

  #tabulate(event: RunEvent, record: number, seconds: number): void {
    const { steps, evaluations, epochs, memory } = this.tables;
    switch (event.type) {
      case "runStarted":
        this.started = event;
        this.#closePhase(seconds);
        break;
      case "deviceChosen":
        this.device = event;
        break;
      case "trainingPlanned":
        this.plan = event;
        break;
      case "extractionProgress":
        this.extraction = event;
        break;
      case "phaseStarted": {
        const { phase, split, modality } = event;
        this.#closePhase(seconds);
        this.#phases.push({ phase, split, modality, start: seconds, record });
        break;
      }
      case "phaseEnded":
      case "runEnded":
      case "runFailed":
        this.#closePhase(seconds);
        break;
      case "stepEnd": {
        const { step, loss, learningRate, gradientNorm, samplesPerSecond } = event;
        const figures = { loss, learningRate, gradientNorm, samplesPerSecond };
        steps.append({ record, step, epoch: this.#epochAt(step, event.epoch), seconds, ...figures });
        break;
      }
      case "evaluationEnd": {
        const { step, epoch, split, metrics, confidence, isBest } = event;
        const place = { record, step, epoch: this.#epochAt(step, epoch), seconds, split: splitNames.indexOf(split) };
        evaluations.append({ ...place, isBest: Number(isBest), ...flattenMetrics(metrics) });
        if (confidence) this.#confidences.push({ record, step, epoch, split, byModality: confidence });
        break;
      }
      case "epochEnd":
        epochs.append({ record, step: event.step, epoch: event.epoch, seconds, meanLoss: event.meanLoss });
        break;
      case "memorySampled": {
        const { phase, rssBytes, deviceBytes = Number.NaN } = event;
        const step = steps.rowCount === 0 ? 0 : steps.last("step");
        const place = { record, step, epoch: steps.rowCount === 0 ? 0 : steps.last("epoch"), seconds };
        memory.append({ ...place, phase: phase ? phaseNames.indexOf(phase) : -1, rssBytes, deviceBytes });
        break;
      }
      case "checkpointSaved":
      case "warning":
      case "itemSkipped":
        break;
    }
  }

  #closePhase(end: number): void {
    const last = this.#phases.at(-1);
    if (last && last.end === undefined) this.#phases[this.#phases.length - 1] = { ...last, end };
  }

  #epochAt(step: number, epoch: number): number {
    return this.plan && this.plan.stepsPerEpoch > 0 ? step / this.plan.stepsPerEpoch : epoch;
  }

  /** Loss before `step`; 0 before the first, so that a run that starts with NaN is reported too. */
  #lastLoss(step: number): number {
    return step <= 1 || this.tables.steps.rowCount === 0 ? 0 : this.tables.steps.last("loss");
  }
}
