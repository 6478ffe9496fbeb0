import { isAbsolute, join, relative } from "node:path";
import * as vscode from "vscode";
import type { App } from "../app";
import { nodePath } from "./nodePath";

/** A task of type `unipt`, as `tasks.json` has it. */
interface UniptTask extends vscode.TaskDefinition {
  /** Experiment file, relative to the workspace folder. */
  readonly file: string;
  readonly variants?: readonly string[];
  readonly seeds?: readonly number[];
  /** Go on with runs that were stopped. */
  readonly resume?: boolean;
}

/** Runs as tasks: for `tasks.json`, keyboard shortcuts and those who like a terminal. The editor refuses tasks while it is untrusted. */
export function registerTasks(app: Pick<App, "context" | "runs">): vscode.Disposable {
  return vscode.tasks.registerTaskProvider("unipt", {
    provideTasks: async () => {
      await app.runs.ready;
      const tasks = app.runs.experiments.flatMap(({ file }) => {
        const folder = file && vscode.workspace.getWorkspaceFolder(file);
        if (!folder) return [];
        const path = relative(folder.uri.fsPath, file.fsPath).replaceAll("\\", "/");
        return [taskOf({ type: "unipt", file: path }, folder, app)];
      });
      return Promise.all(tasks);
    },
    resolveTask: (task) => {
      const folder = typeof task.scope === "object" ? task.scope : vscode.workspace.workspaceFolders?.[0];
      const definition = task.definition as Partial<UniptTask> & vscode.TaskDefinition;
      if (!folder || typeof definition.file !== "string") return undefined;
      // The definition has to be the very same object, or the editor does not recognise its task.
      return taskOf(task.definition as UniptTask, folder, app);
    },
  });
}

async function taskOf(
  definition: UniptTask,
  folder: vscode.WorkspaceFolder,
  { context }: Pick<App, "context">,
): Promise<vscode.Task> {
  const { file, variants = [], seeds = [], resume = false } = definition;
  const path = isAbsolute(file) ? file : join(folder.uri.fsPath, file);
  const cli = vscode.Uri.joinPath(context.extensionUri, "dist", "cli.js").fsPath;
  const execution = new vscode.ProcessExecution(
    (await nodePath()) ?? process.execPath,
    [
      cli,
      "run",
      path,
      ...(variants.length > 0 ? ["--variant", ...variants] : []),
      ...(seeds.length > 0 ? ["--seed", ...seeds.map(String)] : []),
      ...(resume ? ["--resume"] : []),
    ],
    // In the desktop editor execPath is Electron's binary, which this variable makes behave as Node.
    { cwd: folder.uri.fsPath, env: { ELECTRON_RUN_AS_NODE: "1" } },
  );
  const task = new vscode.Task(definition, folder, vscode.l10n.t("run {0}", file), "unipt", execution, "$unipt");
  task.detail = vscode.l10n.t("Extract features once and train every variant and seed, in a terminal");
  task.presentationOptions = { reveal: vscode.TaskRevealKind.Always };
  return task;
}
