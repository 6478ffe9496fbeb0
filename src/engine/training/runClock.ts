import type { Phase, RunEvent, Split } from "../../core/experiment/runEvent";
import { MemoryMeter } from "./memoryMeter";

/** While a phase lasts, memory is looked at this often. */
const SAMPLE_INTERVAL_MS = 1_000;

/** Keeps the phases of a run: what each took, and the memory it needed. One phase at a time. */
export class RunClock {
  readonly meter = new MemoryMeter();
  readonly #seconds: Partial<Record<Phase, number>>;
  #phase: Phase | undefined;
  #startMs = 0;
  #sampledMs = -Infinity;

  /** @param earlier what the phases took before the run was interrupted */
  constructor(earlier: Readonly<Partial<Record<Phase, number>>> = {}) {
    this.#seconds = { ...earlier };
  }

  /** Seconds per phase, including the one under way. */
  get secondsByPhase(): Readonly<Partial<Record<Phase, number>>> {
    const phase = this.#phase;
    if (!phase) return { ...this.#seconds };
    return { ...this.#seconds, [phase]: (this.#seconds[phase] ?? 0) + this.#elapsed() };
  }

  /** Ends the phase under way and starts another. */
  *enter(phase: Phase, about: { readonly split?: Split; readonly modality?: string } = {}): Generator<RunEvent, void> {
    yield* this.leave();
    this.meter.startPhase(phase);
    this.#phase = phase;
    this.#startMs = performance.now();
    yield { type: "phaseStarted", phase, ...about };
  }

  /** Ends the phase under way, if there is one. */
  *leave(): Generator<RunEvent, void> {
    const phase = this.#phase;
    if (!phase) return;
    yield this.#sample();
    const seconds = this.#elapsed();
    this.#seconds[phase] = (this.#seconds[phase] ?? 0) + seconds;
    this.#phase = undefined;
    yield { type: "phaseEnded", phase, seconds };
  }

  /** A look at the memory, unless the last was just before. */
  *sampleNowAndThen(): Generator<RunEvent, void> {
    if (performance.now() - this.#sampledMs >= SAMPLE_INTERVAL_MS) yield this.#sample();
  }

  #sample(): RunEvent {
    this.#sampledMs = performance.now();
    const rssBytes = this.meter.sample();
    return { type: "memorySampled", ...(this.#phase && { phase: this.#phase }), rssBytes };
  }

  #elapsed(): number {
    return (performance.now() - this.#startMs) / 1000;
  }
}
