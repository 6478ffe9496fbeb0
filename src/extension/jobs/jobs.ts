import type * as vscode from "vscode";
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

/** Lists of runs under way, those of earlier sessions of the editor included. */
export interface Jobs {
  dispose(): void;
  readonly onDidChange: vscode.Event<void>;
  /** Number of run lists under way. */
  readonly activeCount: number;
  /** Starts the runs in processes of their own and returns when the first has begun or nothing can begin. */
  start(request: JobRequest): Promise<void>;
  /** Asks a run to stop between two batches and save; resolves when it has been asked. */
  stop(runDirectory: string): Promise<void>;
  /** Ends the process of a run at once; what came after its last checkpoint is lost. */
  kill(runDirectory: string): Promise<void>;
}
