import * as vscode from "vscode";
import type { CommandTable } from "../app";
import { noFilter } from "../../core/views/tree/runFilter";
import { resourcesOf } from "./resources";

/** What the sidebar's items offer. What needs more than a line is loaded when it is called. */
export const treeCommands: CommandTable = {
  "unipt.openExperimentFile": (app) => async (resource) =>
    (await import("./runFiles")).openExperimentFile(app, resourcesOf(resource)[0]),
  "unipt.duplicateRun": (app) => async (resource) =>
    (await import("./duplicateRun")).duplicateRun(app, resourcesOf(resource)[0]),
  "unipt.copyRunConfig": (app) => async (resource) =>
    (await import("./runFiles")).copyRunConfig(app, resourcesOf(resource)[0]),
  "unipt.revealRun": (app) => async (resource) => (await import("./runFiles")).reveal(app, resourcesOf(resource)[0]),
  "unipt.deleteRun": (app) => async (resource, selection) =>
    (await import("./deleteRuns")).deleteRuns(app, resourcesOf(resource, selection)),
  "unipt.filterRuns": (app) => async () => (await import("./filterRuns")).filterRuns(app),
  "unipt.clearRunFilter": (app) => () => app.sidebar.filter.set(noFilter),
  "unipt.refreshRuns": (app) => async () => (await import("./runFiles")).refreshRuns(app),
  "unipt.copyBackbonePath": () => (resource) => copyPath(resourcesOf(resource)[0]),
  "unipt.refreshBackbones": (app) => () => app.sidebar.refreshBackbones(),
};

async function copyPath(uri: vscode.Uri | undefined): Promise<void> {
  if (uri) await vscode.env.clipboard.writeText(uri.fsPath);
}
