import type * as vscode from "vscode";
import type { JobRecord, JobState } from "../../core/experiment/jobRecord";
import type { RunPlan } from "../../core/experiment/runPlan";

/** Runs to make, one after the other or side by side, after their features were extracted once. */
export interface JobRequest {
  /** What the user calls it, for example "emoji-scenes: 3 runs". */
  readonly title: string;
  /** Folder that the paths of the experiment are relative to; `runs` and the feature cache lie in it. */
  readonly folder: vscode.Uri;
  readonly runs: readonly JobRun[];
}

export interface JobRun {
  readonly plan: RunPlan;
  /** Directory of a run to go on with, instead of a new one. */
  readonly resume?: string;
}

/** A list of runs under way. */
export interface ActiveJob {
  /** Where its log and its state are. */
  readonly directory: string;
  readonly record: JobRecord;
  /** How far each of the record's runs is, and the extraction that they share. */
  readonly state: JobState;
}

/** Lists of runs under way, those of earlier sessions of the editor included. */
export interface Jobs {
  dispose(): void;
  /** Told after each change of the active jobs; their progress is told at most four times a second. */
  readonly onDidChange: vscode.Event<void>;
  readonly active: readonly ActiveJob[];
  /** Number of run lists under way. */
  readonly activeCount: number;
  /**
   * Starts the runs in processes of their own and returns when the first has begun or nothing can begin.
   * @returns the directory of the first run that began
   * @throws UserError in an untrusted workspace, or when the disk refuses
   */
  start(request: JobRequest): Promise<string | undefined>;
  /** Asks a run to stop between two batches and save; resolves when it has been asked. */
  stop(runDirectory: string): Promise<void>;
  /** Ends the process of a run at once; what came after its last checkpoint is lost. */
  kill(runDirectory: string): Promise<void>;
  /** Stops all runs of a list, or kills them; those that wait are not started. */
  end(jobDirectory: string, kind: "stop" | "kill"): Promise<void>;
  /** For the end of the editor: has those runs saved that are not to outlive it, and leaves the others alone. */
  shutdown(): Promise<void>;
}
