import * as vscode from "vscode";
import { comparisonViewType, panelKinds, viewType } from "../protocol/panelKind";
import type { App } from "./app";
import { registerExplorer } from "./backboneExplorer/registerExplorer";
import { commands } from "./commands";
import { guarded } from "./commands/guarded";
import { registerEditing } from "./editing/registerEditing";
import { createEngine } from "./jobs/createEngine";
import { createJobs } from "./jobs/createJobs";
import { showRunning } from "./jobs/showRunning";
import { registerTasks } from "./jobs/registerTasks";
import type { RunPanels } from "./panels/runPanels";
import { createSidebar } from "./sidebar/createSidebar";
import { createMachineCheck } from "./sidebar/machineCheck";
import { takeExpectedSample } from "./sample/pendingSample";
import { createCheckedRuns } from "./workspace/checkedRuns";
import { createRunIndex } from "./workspace/createRunIndex";

let shutdown: (() => Promise<void>) | undefined;

/** Composes and registers; behaviour is in the commands, views and panels. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel("UniPT", { log: true });
  let loaded: Promise<RunPanels> | undefined;
  // Loaded when a panel is first needed: starting the editor must not wait for it.
  const panels = (): Promise<RunPanels> =>
    (loaded ??= import("./panels/runPanels").then(({ RunPanels: Panels }) => {
      const made = new Panels(context.extensionUri, log, { runs, engine });
      context.subscriptions.push(made);
      return made;
    }));
  const runs = createRunIndex(log);
  const engine = createEngine(context.extensionUri, log);
  const jobs = createJobs(context.extensionUri, log);
  const checked = createCheckedRuns(context.workspaceState);
  const machine = createMachineCheck(context, engine);
  const services = { context, log, runs, checked, jobs, engine, machine, panels };
  const app: App = { ...services, sidebar: createSidebar(services) };
  context.subscriptions.push(log, runs, checked, engine, jobs, machine, app.sidebar);
  context.subscriptions.push(showRunning(app), registerTasks(app));
  shutdown = () => jobs.shutdown();

  void showExpectedSample(context);
  registerEditing(context);
  for (const kind of panelKinds) {
    const serializer: vscode.WebviewPanelSerializer = {
      deserializeWebviewPanel: async (panel, state: unknown) => (await panels()).restore(kind, panel, state),
    };
    context.subscriptions.push(vscode.window.registerWebviewPanelSerializer(viewType(kind), serializer));
  }
  const comparison: vscode.WebviewPanelSerializer = {
    deserializeWebviewPanel: async (panel, state: unknown) => (await panels()).restoreComparison(panel, state),
  };
  context.subscriptions.push(vscode.window.registerWebviewPanelSerializer(comparisonViewType, comparison));
  context.subscriptions.push(registerExplorer(app));
  for (const [id, command] of Object.entries(commands)) {
    context.subscriptions.push(vscode.commands.registerCommand(id, guarded(id, log, command(app))));
  }
}

/** Windows that were opened for the sample show its experiment file. */
async function showExpectedSample({ globalState }: vscode.ExtensionContext): Promise<void> {
  const folder = await takeExpectedSample(globalState, vscode.workspace.workspaceFolders);
  if (!folder) return;
  const { experimentIn, showExperiment } = await import("./sample/openSample");
  await showExperiment(experimentIn(folder));
}

/** Has runs saved that end with the editor; those that outlive it are left alone. */
export async function deactivate(): Promise<void> {
  await shutdown?.();
}
