import * as vscode from "vscode";

/** Runs that the user has ticked in the sidebar, to be compared; kept with the workspace. */
export interface CheckedRuns {
  dispose(): void;
  /** Run directories, in the order in which they were ticked. */
  readonly directories: readonly string[];
  readonly onDidChange: vscode.Event<void>;
  /** Ticks exactly these. */
  set(directories: readonly string[]): void;
}

const stateKey = "unipt.checkedRuns";

export function createCheckedRuns(state: vscode.Memento): CheckedRuns {
  const changed = new vscode.EventEmitter<void>();
  const kept: unknown = state.get(stateKey);
  let directories: readonly string[] = Array.isArray(kept) ? kept.filter((item) => typeof item === "string") : [];
  return {
    get directories() {
      return directories;
    },
    onDidChange: changed.event,
    set(wanted) {
      const next = [...new Set(wanted)];
      if (next.length === directories.length && next.every((directory, i) => directory === directories[i])) return;
      directories = next;
      void state.update(stateKey, next);
      changed.fire();
    },
    dispose: () => changed.dispose(),
  };
}
