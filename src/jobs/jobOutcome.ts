import { isSettled, type JobRecord, type JobState } from "../core/experiment/jobRecord";
import type { ListedRun } from "./runList";

/** What a list of runs has come to. */
export interface JobOutcome {
  readonly completed: number;
  readonly cancelled: number;
  readonly failed: number;
  /** Neither done nor given up: their process went away. */
  readonly left: number;
  /** Why the first of those that failed did. */
  readonly reason?: string | undefined;
  /** Directory of the first run that has one, those that failed first. */
  readonly directory?: string | undefined;
}

export function jobOutcome({ runs }: JobState): JobOutcome {
  const count = (...states: readonly string[]): number => runs.filter(({ state }) => states.includes(state)).length;
  const firstFailed = runs.find(({ state }) => state === "failed");
  return {
    completed: count("completed", "early-stopped"),
    cancelled: count("cancelled"),
    failed: count("failed"),
    left: runs.filter((run) => !isSettled(run)).length,
    reason: firstFailed?.reason,
    directory: firstFailed?.directory ?? runs.find(({ directory }) => directory !== undefined)?.directory,
  };
}

/** The runs that are left of a list whose process went away: those that had begun go on where they were saved. */
export function remainingRuns({ runs }: JobRecord, state: JobState): readonly ListedRun[] {
  return runs.flatMap(({ plan }, index) => {
    const status = state.runs[index];
    if (!status || isSettled(status)) return [];
    return [{ plan, ...(status.directory !== undefined && { resume: status.directory }) }];
  });
}
