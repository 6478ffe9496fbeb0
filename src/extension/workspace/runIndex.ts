import type * as vscode from "vscode";
import type { RunListing } from "../../store/runListing";

/** An experiment file of the workspace and the runs in the `runs` folder beside it that bear its name. */
export interface ExperimentEntry {
  /** The file; undefined for runs whose experiment file is gone. */
  readonly file: vscode.Uri | undefined;
  /** Folder of the file, which its paths are relative to. */
  readonly folder: vscode.Uri;
  readonly name: string;
  readonly runs: readonly RunListing[];
}

/** Experiments and runs of the workspace: kept up to date by file events, read only, so it works in untrusted workspaces too. */
export interface RunIndex {
  dispose(): void;
  readonly experiments: readonly ExperimentEntry[];
  /** Told what changed; undefined: everything may have. */
  readonly onDidChange: vscode.Event<readonly ExperimentEntry[] | undefined>;
  /** Settles when the workspace has been looked through once. */
  readonly ready: Promise<void>;
  /** The run of a directory. */
  run(directory: string): RunListing | undefined;
  /** Looks again at one run, or at everything. */
  refresh(directory?: string): Promise<void>;
}
