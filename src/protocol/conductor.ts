import type { JobCommand, JobRecord, JobState } from "../core/experiment/jobRecord";

/** Both sides of the pipe come from one build; a different number means that one of them is left over from another. */
export const CONDUCTOR_PROTOCOL_VERSION = 1;

export interface StartJobRequest {
  /** Directory that was made for this job; its files are written there. */
  readonly jobDirectory: string;
  readonly record: JobRecord;
}

/** What the host asks of a conductor: the process that works on one list of runs. */
export interface ConductorCalls {
  readonly [name: string]: (request: never) => unknown;
  hello(request: { readonly protocolVersion: number }): { readonly pid: number; readonly node: string };
  /** Returns when the job is recorded and the work has begun. */
  start(request: StartJobRequest): void;
  command(request: JobCommand): void;
}

/** What a conductor tells while a host listens. */
export interface ConductorEvents {
  readonly state: JobState;
}
