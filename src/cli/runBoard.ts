import type { RunEvent } from "../core/experiment/runEvent";
import { flattenMetrics } from "../core/experiment/flattenMetrics";
import { formatDuration } from "./format";
import { type LiveOutput, progressBar } from "./terminal";

/** Where nobody watches live, each task says at most this often how far it is. */
const PLAIN_INTERVAL_MS = 10_000;

/** What is known of one task (a run, or an extraction) from its events. */
interface TaskState {
  readonly label: string;
  readonly startMs: number;
  /** Share of the whole task that is done, 0 to 1; undefined before anything is known. */
  fraction?: number;
  doing: string;
  totalSteps: number;
  epochs: number;
  /** For the estimate of the time left: only what was done since `startMs` counts. */
  startFraction: number;
  selecting: string;
  lastPlainMs: number;
}

/** Shows tasks that run side by side: a live line each on a terminal, a line now and then elsewhere. */
export class RunBoard {
  readonly #tasks = new Map<string, TaskState>();
  readonly #labelWidth: number;
  #done = 0;

  constructor(
    readonly live: LiveOutput,
    /** Labels of all tasks to come, for the width of the first column and the count. */
    readonly labels: readonly string[],
    /** Validation metric to show, e.g. `rSum`. */
    readonly metric = "rSum",
  ) {
    this.#labelWidth = Math.max(0, ...labels.map((label) => label.length));
  }

  /** Takes in an event of the task with this label. */
  take(label: string, event: RunEvent): void {
    const task = this.#taskOf(label);
    switch (event.type) {
      case "runStarted":
        if (event.resumedFromStep !== undefined)
          this.live.print(`${this.#head(label)}  resumed from step ${event.resumedFromStep}`);
        break;
      case "deviceChosen":
        // Every process of this machine falls back for the same reasons.
        for (const reason of event.fallbacks) this.live.printOnce(`device ${event.device}: ${reason}`);
        break;
      case "warning":
        this.live.print(`${this.#head(label)}  warning: ${event.message}`);
        break;
      case "itemSkipped":
        this.live.printOnce(
          `skipped ${event.item}${event.line === undefined ? "" : `, line ${event.line}`}: ${event.reason}`,
        );
        break;
      case "phaseStarted":
        task.doing = phaseWords[event.phase];
        break;
      case "extractionProgress":
        task.fraction = event.total === 0 ? 1 : event.done / event.total;
        task.doing = `${event.done}/${event.total} ${event.modality}s  ${event.itemsPerSecond.toFixed(1)}/s`;
        break;
      case "trainingPlanned":
        task.totalSteps = event.totalSteps;
        task.epochs = event.epochs;
        break;
      case "stepEnd":
        if (task.startFraction < 0) task.startFraction = (event.step - 1) / Math.max(1, task.totalSteps);
        task.fraction = event.step / Math.max(1, task.totalSteps);
        task.doing = `epoch ${event.epoch}/${task.epochs}  loss ${event.loss.toPrecision(4)}${task.selecting}`;
        break;
      case "evaluationEnd": {
        const value = flattenMetrics(event.metrics)[this.metric];
        if (value !== undefined)
          task.selecting = `  ${event.split} ${this.metric} ${value.toFixed(1)}${event.isBest ? "*" : ""}`;
        break;
      }
      case "phaseEnded":
      case "epochEnd":
      case "checkpointSaved":
      case "memorySampled":
      case "runEnded":
      case "runFailed":
        return;
    }
    this.#show(task);
  }

  /** The task is over; `words` say how. */
  finish(label: string, words: string): void {
    this.#tasks.delete(label);
    this.#done++;
    const count = this.labels.length > 1 ? `  [${this.#done}/${this.labels.length}]` : "";
    this.live.print(`${this.#head(label)}  ${words}${count}`, this.#lines());
  }

  /** Takes the live lines away. */
  close(): void {
    this.live.finish();
  }

  #taskOf(label: string): TaskState {
    const known = this.#tasks.get(label);
    if (known) return known;
    const nowMs = this.live.now();
    const made: TaskState = {
      label,
      startMs: nowMs,
      doing: "starting",
      totalSteps: 0,
      epochs: 0,
      startFraction: -1,
      selecting: "",
      lastPlainMs: nowMs,
    };
    this.#tasks.set(label, made);
    return made;
  }

  #show(task: TaskState): void {
    if (this.live.isLive) {
      this.#draw();
      return;
    }
    const nowMs = this.live.now();
    if (nowMs - task.lastPlainMs < PLAIN_INTERVAL_MS) return;
    task.lastPlainMs = nowMs;
    this.live.print(this.#line(task));
  }

  #draw(): void {
    this.live.show(this.#lines());
  }

  #lines(): string[] {
    return [...this.#tasks.values()].map((task) => this.#line(task));
  }

  #line(task: TaskState): string {
    if (task.fraction === undefined) return `${this.#head(task.label)}  ${task.doing}`;
    const percent = `${Math.floor(task.fraction * 100)} %`.padStart(5);
    const done = task.fraction - Math.max(0, task.startFraction);
    const secondsSoFar = (this.live.now() - task.startMs) / 1000;
    const left = done > 0 ? `  ${formatDuration((secondsSoFar * (1 - task.fraction)) / done)} left` : "";
    const bar = this.live.isLive ? `${progressBar(task.fraction, 20)} ` : "";
    return `${this.#head(task.label)}  ${bar}${percent}  ${task.doing}${task.fraction < 1 ? left : ""}`;
  }

  #head(label: string): string {
    return label.padEnd(this.#labelWidth);
  }
}

const phaseWords = {
  extract: "opening features",
  statistics: "measuring the training set",
  train: "training",
  evaluate: "evaluating",
} as const;
