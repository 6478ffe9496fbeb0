import * as vscode from "vscode";
import type { Jobs } from "./jobs";

/** Run lists in processes of their own. */
export function createJobs(_extension: vscode.Uri, _log: vscode.LogOutputChannel): Jobs {
  const changed = new vscode.EventEmitter<void>();
  const later = (): Promise<void> => Promise.reject(new Error("Not built yet."));
  return {
    onDidChange: changed.event,
    activeCount: 0,
    start: later,
    stop: later,
    kill: later,
    dispose: () => changed.dispose(),
  };
}
