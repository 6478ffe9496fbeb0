import { setTimeout as delay } from "node:timers/promises";
import { Cancelled, RunFailure } from "../core/errors";
import type { ProcessDeath } from "./processDeath";
import { type ObservedDeath, type RestartDecision, RestartPolicy } from "./restartPolicy";
import { WorkerDied } from "./workerDied";
import type { EndSignals } from "./runInWorker";

/** Time as supervision sees it; tests bring their own. */
export interface Clock {
  readonly nowMs: () => number;
  /** Rejects when the signal is aborted. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  pause: (ms, signal) => delay(ms, undefined, { signal }),
};

export interface Supervised<T> extends EndSignals {
  /** One try, which goes on where the last one left off. @throws WorkerDied when its process died */
  readonly attempt: () => Promise<T>;
  /** How far the work is, in words that complete "died at …". */
  readonly position: () => string;
  /** Told before each pause, with the reason as a sentence. */
  readonly onRestart: (reason: string) => void;
  readonly clock?: Clock;
}

/**
 * Does work whose process may die: it is started again after a pause, and goes on from what it had saved.
 * @throws RunFailure that says why, when it died too often or twice at the same place; else what the work failed with
 */
export async function supervise<T>(work: Supervised<T>): Promise<T> {
  const { attempt, position, onRestart, stop, kill, clock = systemClock } = work;
  const policy = new RestartPolicy();
  const ended = AbortSignal.any([stop, kill].filter((signal) => signal !== undefined));
  for (;;) {
    const startMs = clock.nowMs();
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof WorkerDied)) throw error;
      const observed = { aliveMs: clock.nowMs() - startMs, position: position() };
      const decision = policy.decide(observed);
      if (decision.kind === "give-up")
        throw new RunFailure(finalWords(decision, observed, error.death), { cause: error });
      const { pauseMs, attempt: number, attempts } = decision;
      onRestart(
        `${shortReason(error.death)} It was at ${observed.position}; it goes on from what was saved in ${pauseMs / 1000} s (restart ${number} of ${attempts}).`,
      );
      await clock.pause(pauseMs, ended).catch(() => {
        throw new Cancelled("The run was stopped while it waited to be restarted.");
      });
    }
  }
}

function shortReason({ signal, reason }: ProcessDeath): string {
  if (signal !== undefined) return `The worker process was ended by ${signal}.`;
  const [firstLine = ""] = reason.split("\n");
  return firstLine.replace(/[.:]*$/, ".");
}

function finalWords(
  { cause, deaths }: Extract<RestartDecision, { kind: "give-up" }>,
  { position }: ObservedDeath,
  death: ProcessDeath,
): string {
  const what =
    cause === "same-position"
      ? `The worker process died twice at ${position}, so it is not started again.`
      : `The worker process died ${deaths} times in a row, last at ${position}, so it is not started again.`;
  if (death.signal === "SIGKILL")
    return `${what} It was killed (SIGKILL), as systems do that run out of memory: use a smaller training.batchSize or run fewer at a time, then resume.`;
  return `${what} ${death.reason}`;
}
