import type * as vscode from "vscode";
import type { PanelKind } from "../../protocol/panelKind";
import type { App, CommandTable } from "../app";
import { later } from "./later";
import { resourcesOf } from "./resources";

/** Opening panels. */
export const panelCommands: CommandTable = {
  "unipt.openRunDashboard": (app) => (resource) => openPanel(app, "runDashboard", resourcesOf(resource)[0]),
  "unipt.inspectAggregationWeights": (app) => (resource) => openPanel(app, "layerLens", resourcesOf(resource)[0]),
  "unipt.compareRuns": later,
  "unipt.browseResults": later,
  "unipt.inspectBackbone": later,
};

/** Shows a panel on a run directory; without one, the user chooses. Only reads, so it works in untrusted workspaces too. */
async function openPanel(app: App, kind: PanelKind, directory?: vscode.Uri): Promise<void> {
  const { pickRun } = await import("../panels/pickRun");
  const chosen = directory?.fsPath ?? (await pickRun());
  if (chosen !== undefined) (await app.panels()).open(kind, chosen);
}
