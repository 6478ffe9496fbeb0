import * as vscode from "vscode";
import { UserError } from "../../core/errors";
import type { JobList } from "./jobList";
import type { Jobs } from "./jobs";

/** Jobs that the editor left running before it was reloaded, or that another window of it has started. */
const recordPattern = "**/runs/.jobs/*/job.json";

/** Run lists in processes of their own. What starts and watches them is loaded when there is anything to start or to watch. */
export function createJobs(extension: vscode.Uri, log: vscode.LogOutputChannel): Jobs {
  const changed = new vscode.EventEmitter<void>();
  const disposables: { dispose(): unknown }[] = [changed];
  let loaded: JobList | undefined;
  let loading: Promise<JobList> | undefined;
  const load = (): Promise<JobList> =>
    (loading ??= import("./jobList").then(({ JobList: List }) => {
      loaded = new List(extension, log, () => changed.fire());
      return loaded;
    }));
  const trusted = (): Promise<JobList> => {
    // A hidden command can still be called, so trust is checked where processes are started and files are written.
    if (!vscode.workspace.isTrusted)
      throw new UserError(vscode.l10n.t("Runs can be started and stopped only in a trusted workspace."));
    return load();
  };

  const adopt = async (): Promise<void> => {
    if (!vscode.workspace.isTrusted) return;
    const { findFiles } = await import("../workspace/findPlaces");
    const found = await findFiles(recordPattern);
    if (found.length > 0) await (await load()).adopt(found.map(({ fsPath }) => fsPath));
  };
  const report = (error: unknown): void => log.warn(error instanceof Error ? error.message : String(error));
  // The editor must not wait for what may be none.
  const look = (): void => void setImmediate(() => void adopt().catch(report));
  const watcher = vscode.workspace.createFileSystemWatcher(recordPattern, false, true, true);
  watcher.onDidCreate(({ fsPath }) => {
    if (vscode.workspace.isTrusted) void load().then((list) => list.adopt([fsPath]).catch(report));
  });
  disposables.push(
    watcher,
    vscode.workspace.onDidGrantWorkspaceTrust(look),
    vscode.workspace.onDidChangeWorkspaceFolders(look),
  );
  look();

  return {
    onDidChange: changed.event,
    get active() {
      return loaded?.active ?? [];
    },
    get activeCount() {
      return loaded?.active.length ?? 0;
    },
    start: async (request) => (await trusted()).start(request),
    stop: async (directory) => (await trusted()).command(directory, "stop"),
    kill: async (directory) => (await trusted()).command(directory, "kill"),
    end: async (directory, kind) => (await trusted()).end(directory, kind),
    shutdown: async () => loaded?.shutdown(),
    dispose: () => {
      loaded?.dispose();
      for (const disposable of disposables) disposable.dispose();
    },
  };
}
