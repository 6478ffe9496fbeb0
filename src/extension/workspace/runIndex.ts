import type * as vscode from "vscode";
import type { ExperimentConfig } from "../../core/experiment/experimentConfig";
import type { Problem } from "../../core/experiment/problem";
import type { RunPlan } from "../../core/experiment/runPlan";
import type { RunProgress } from "../../core/views/runProgress";
import type { RunListing } from "../../store/runListing";

/** An experiment file of the workspace and the runs in the `runs` folder beside it that bear its name. */
export interface ExperimentEntry {
  /** Differs between entries and stays the same over changes. */
  readonly id: string;
  /** The file; undefined for runs whose experiment file is gone. */
  readonly file: vscode.Uri | undefined;
  /** Folder of the file, which its paths are relative to. */
  readonly folder: vscode.Uri;
  readonly name: string;
  readonly runs: readonly RunListing[];
  /** Settings of the file as it is on the disk; absent while it has problems, or is gone. */
  readonly config?: ExperimentConfig;
  /** The runs that the file asks for. */
  readonly plans: readonly RunPlan[];
  readonly problems: readonly Problem[];
}

/** Experiments and runs of the workspace: kept up to date by file events, read only, so it works in untrusted workspaces too. */
export interface RunIndex {
  dispose(): void;
  readonly experiments: readonly ExperimentEntry[];
  /** Told what changed; undefined: entries came or went. */
  readonly onDidChange: vscode.Event<readonly ExperimentEntry[] | undefined>;
  /** Told the directories of runs whose {@link progress} is new. */
  readonly onDidProgress: vscode.Event<readonly string[]>;
  /** Settles when the workspace has been looked through once. */
  readonly ready: Promise<void>;
  /** The run of a directory. */
  run(directory: string): RunListing | undefined;
  /** How far a run is that lasts, or was interrupted; undefined for others, and before it was looked at. */
  progress(directory: string): RunProgress | undefined;
  /** Looks again at one run, or at everything. */
  refresh(directory?: string): Promise<void>;
}
