import * as vscode from "vscode";
import type { CatalogEntry } from "../../store/runCatalog";
import type { ExperimentEntry, RunIndex } from "./runIndex";
import type { FileEventKind, RunWatch } from "./runWatch";

/** Experiment files, run folders, runs, and the files right in a run's directory. */
const watched = "**/{*.unipt.json,runs,runs/*,runs/*/*}";

/** Experiments and runs of the workspace. Looks through it once the editor has had the time to start. */
export function createRunIndex(log: vscode.LogOutputChannel): RunIndex {
  const changed = new vscode.EventEmitter<readonly ExperimentEntry[] | undefined>();
  const progressed = new vscode.EventEmitter<readonly string[]>();
  const disposables: { dispose(): void }[] = [changed, progressed];
  const entries = new Map<string, ExperimentEntry>();
  let list: readonly ExperimentEntry[] = [];

  let watch: RunWatch | undefined;

  const update = (catalog: readonly CatalogEntry[], ids: ReadonlySet<string>): void => {
    const before = new Set(entries.keys());
    const kept = new Set(catalog.map(({ id }) => id));
    for (const id of before) if (!kept.has(id)) entries.delete(id);
    for (const entry of catalog) if (ids.has(entry.id) || !before.has(entry.id)) entries.set(entry.id, present(entry));
    list = catalog.flatMap(({ id }) => entries.get(id) ?? []);
    const isStructural = kept.size !== before.size || [...kept].some((id) => !before.has(id));
    changed.fire(isStructural ? undefined : list.filter(({ id }) => ids.has(id)));
  };
  const start = async (): Promise<RunWatch> => {
    // The editor must not wait for the schemas of files to be built.
    const { startRunWatch } = await import("./startRunWatch");
    const made = startRunWatch({
      changed: (ids) => update(made.catalog.entries, ids),
      progressed: (directories) => progressed.fire(directories),
      report: (error) => log.warn(error instanceof Error ? error.message : String(error)),
    });
    watch = made;
    disposables.push(made);
    return made;
  };
  const loaded = new Promise<void>((resolve) => setImmediate(resolve)).then(start);

  let watchers: readonly { dispose(): void }[] = [];
  const rewatch = (): void => {
    for (const watcher of watchers) watcher.dispose();
    watchers = (vscode.workspace.workspaceFolders ?? []).map((folder) =>
      watchFolder(folder, (path, kind) => watch?.touch(path, kind)),
    );
  };
  rewatch();
  disposables.push(
    { dispose: () => watchers.forEach((watcher) => watcher.dispose()) },
    vscode.workspace.onDidChangeWorkspaceFolders(() => {
      rewatch();
      watch?.touchAll();
    }),
    // A folder that goes takes its files along without an event for each.
    vscode.workspace.onDidDeleteFiles(() => watch?.touchAll()),
    vscode.workspace.onDidRenameFiles(() => watch?.touchAll()),
  );
  return {
    get experiments() {
      return list;
    },
    onDidChange: changed.event,
    onDidProgress: progressed.event,
    ready: loaded.then((made) => made.start()),
    run: (directory) => watch?.catalog.run(directory),
    progress: (directory) => watch?.progress(directory),
    refresh: async (directory) => (await loaded).refresh(directory),
    dispose: () => disposables.forEach((disposable) => disposable.dispose()),
  };
}

type Touch = (path: string, kind: FileEventKind) => void;

function watchFolder(folder: vscode.WorkspaceFolder, touch: Touch): { dispose(): void } {
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, watched));
  const on = (kind: FileEventKind) => (uri: vscode.Uri) => {
    if (!/[\\/](node_modules|\.git)[\\/]/.test(uri.fsPath)) touch(uri.fsPath, kind);
  };
  watcher.onDidCreate(on("created"));
  watcher.onDidChange(on("changed"));
  watcher.onDidDelete(on("deleted"));
  return watcher;
}

function present({ id, file, folder, name, runs }: CatalogEntry): ExperimentEntry {
  return {
    id,
    file: file && vscode.Uri.file(file.path),
    folder: vscode.Uri.file(folder),
    name,
    runs,
    plans: file?.plans ?? [],
    problems: file?.problems ?? [],
    ...(file?.config && { config: file.config }),
  };
}
