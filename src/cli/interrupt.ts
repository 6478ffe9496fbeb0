import type { LiveOutput } from "./terminal";

export interface Interrupt {
  /** Aborted by the first Ctrl+C: stop when convenient, keep everything. */
  readonly stop: AbortSignal;
  /** Aborted by the second: stop now. */
  readonly kill: AbortSignal;
  /** Gives the signals back to their usual meaning. */
  release(): void;
}

/** Turns Ctrl+C (and a polite request to end, SIGTERM) into a graceful stop, and a second one into an immediate end. */
export function watchInterrupt(live: LiveOutput): Interrupt {
  const stop = new AbortController();
  const kill = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) {
      live.print("Ending at once.");
      kill.abort();
      return;
    }
    live.print("Stopping after the present batch and saving; press Ctrl+C again to end at once.");
    stop.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  return {
    stop: stop.signal,
    kill: kill.signal,
    release: () => {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
    },
  };
}
