/** Runs a task soon after it is asked for, but not more often than every `intervalMs`, and never twice at a time. */
export class Pacer {
  readonly #task: () => Promise<void> | void;
  readonly #intervalMs: number;
  #timer: NodeJS.Timeout | undefined;
  #isRunning = false;
  #isAskedAgain = false;
  #isDisposed = false;

  /** @param task must not reject */
  constructor(task: () => Promise<void> | void, intervalMs: number) {
    this.#task = task;
    this.#intervalMs = intervalMs;
  }

  /** Runs the task at once if the last run is long enough ago, else as soon as it is. */
  ask(): void {
    if (this.#isDisposed) return;
    if (this.#timer !== undefined || this.#isRunning) this.#isAskedAgain = true;
    else void this.#run();
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    this.#isAskedAgain = false;
    await this.#task();
    this.#isRunning = false;
    if (this.#isDisposed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#isAskedAgain) void this.#run();
    }, this.#intervalMs);
  }
}
