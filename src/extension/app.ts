import type * as vscode from "vscode";
import type { Engine } from "./jobs/engine";
import type { Jobs } from "./jobs/jobs";
import type { RunPanels } from "./panels/runPanels";
import type { Sidebar } from "./sidebar/createSidebar";
import type { MachineCheck } from "./sidebar/machineCheck";
import type { CheckedRuns } from "./workspace/checkedRuns";
import type { RunIndex } from "./workspace/runIndex";

/** What commands and views share. Everything costly behind it is made when it is first needed. */
export interface App {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  /** Experiments and runs of the workspace, wherever they were started. */
  readonly runs: RunIndex;
  /** Runs that are ticked in the sidebar, to be compared. */
  readonly checked: CheckedRuns;
  /** Lists of runs under way in processes of their own. */
  readonly jobs: Jobs;
  /** Single questions to the engine, each in a worker process. */
  readonly engine: Engine;
  /** What this machine can do, once the user has had it checked. */
  readonly machine: MachineCheck;
  readonly sidebar: Sidebar;
  readonly panels: () => Promise<RunPanels>;
}

/** A command by its handler; the palette gives no argument, menus the resource (a file, or a tree's item) and the selection. */
export type Command = (app: App) => (resource?: unknown, selection?: unknown) => unknown;
export type CommandTable = Readonly<Record<`unipt.${string}`, Command>>;
