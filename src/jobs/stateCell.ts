import type { JobState } from "../core/experiment/jobRecord";

/** A job's state and those who want to be told of its changes. */
export class StateCell {
  readonly #listeners = new Set<() => void>();

  constructor(public state: JobState) {}

  set(state: JobState): void {
    this.state = state;
    for (const listener of this.#listeners) listener();
  }

  readonly onChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
