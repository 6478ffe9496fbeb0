/** Pauses before the restarts that follow each other. */
const pausesMs = [1_000, 2_000, 4_000, 8_000, 16_000];

/** A process that lived so long was healthy: what follows starts counting anew. */
const healthyMs = 60_000;

/** How a process that is to be restarted died. */
export interface ObservedDeath {
  /** How long it lived. */
  readonly aliveMs: number;
  /** How far it was, in words that complete "died at …"; equal for two deaths at the same place. */
  readonly position: string;
}

export type RestartDecision =
  | { readonly kind: "restart"; readonly pauseMs: number; readonly attempt: number; readonly attempts: number }
  | { readonly kind: "give-up"; readonly cause: "same-position" | "too-often"; readonly deaths: number };

/**
 * Whether and when a process that died is started again: with growing pauses, a limited number of times, and never a third
 * time at the place where it died twice, for it would die there again.
 */
export class RestartPolicy {
  #restarts = 0;
  #lastPosition: string | undefined;

  decide({ aliveMs, position }: ObservedDeath): RestartDecision {
    const isSamePlace = position === this.#lastPosition;
    this.#lastPosition = position;
    if (isSamePlace) return { kind: "give-up", cause: "same-position", deaths: 2 };
    if (aliveMs >= healthyMs) this.#restarts = 0;
    const pauseMs = pausesMs[this.#restarts];
    if (pauseMs === undefined) return { kind: "give-up", cause: "too-often", deaths: this.#restarts + 1 };
    this.#restarts++;
    return { kind: "restart", pauseMs, attempt: this.#restarts, attempts: pausesMs.length };
  }
}
