import * as vscode from "vscode";
import type { ExperimentEntry, RunIndex } from "./runIndex";

/** Experiments and runs of the workspace. */
export function createRunIndex(_log: vscode.LogOutputChannel): RunIndex {
  const changed = new vscode.EventEmitter<readonly ExperimentEntry[] | undefined>();
  return {
    experiments: [],
    onDidChange: changed.event,
    ready: Promise.resolve(),
    run: () => undefined,
    refresh: () => Promise.resolve(),
    dispose: () => changed.dispose(),
  };
}
