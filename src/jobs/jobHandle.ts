import type { JobCommand, JobRecord, JobState } from "../core/experiment/jobRecord";

/** How a job came to its end: by itself, or with the process that worked on it, for a reason. */
export type JobEnd = { readonly kind: "ended" } | { readonly kind: "died"; readonly reason: string };

/** A list of runs that another process works on, seen from the one that watches it. */
export interface JobHandle {
  readonly directory: string;
  readonly record: JobRecord;
  /** As last told. */
  readonly state: JobState;
  /** Settles when nothing more will change; `state` is then the last. */
  readonly ended: Promise<JobEnd>;
  /** Called after each change of `state`. @returns takes the listener away */
  onChange(listener: () => void): () => void;
  /** Asks to stop or kill; returns when that has been passed on. */
  command(command: JobCommand): Promise<void>;
  /** Watches no more. A job that is not to keep running then stops by itself and saves. */
  release(): void;
}
