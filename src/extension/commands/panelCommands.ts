import * as vscode from "vscode";
import { UserError } from "../../core/errors";
import type { PanelKind } from "../../protocol/panelKind";
import type { App, CommandTable } from "../app";
import { resourcesOf } from "./resources";

/** Opening panels. */
export const panelCommands: CommandTable = {
  "unipt.openRunDashboard": (app) => (resource) => openPanel(app, "runDashboard", resourcesOf(resource)[0]),
  "unipt.inspectAggregationWeights": (app) => (resource) => openPanel(app, "layerLens", resourcesOf(resource)[0]),
  "unipt.compareRuns": (app) => (resource, selection) => compareRuns(app, resourcesOf(resource, selection)),
  "unipt.browseResults": (app) => (resource) => browseResults(app, resourcesOf(resource)[0]),
  "unipt.inspectBackbone": () => (resource) => inspectBackbone(resourcesOf(resource)[0]),
};

/** Shows the results of a run, which takes running its models. */
async function browseResults(app: App, directory?: vscode.Uri): Promise<void> {
  // A hidden command can still be called, so trust is checked here too.
  if (!vscode.workspace.isTrusted)
    throw new UserError(vscode.l10n.t("This needs a trusted workspace: it runs models that the workspace holds."));
  await openPanel(app, "resultsBrowser", directory);
}

async function inspectBackbone(model?: vscode.Uri): Promise<void> {
  const { openExplorer } = await import("../backboneExplorer/openExplorer");
  await openExplorer(model);
}

/** Shows a panel on a run directory; without one, the user chooses. Only reads, so it works in untrusted workspaces too. */
async function openPanel(app: App, kind: PanelKind, directory?: vscode.Uri): Promise<void> {
  const { pickRun } = await import("../panels/pickRun");
  const chosen = directory?.fsPath ?? (await pickRun());
  if (chosen !== undefined) (await app.panels()).open(kind, chosen);
}

/**
 * Shows runs beside each other: those that were chosen, with experiment files standing for all of their runs, else those that
 * are ticked in the sidebar, or else those that the user picks. A single run joins the comparison that is open.
 */
async function compareRuns(app: App, resources: readonly vscode.Uri[]): Promise<void> {
  const panels = await app.panels();
  const chosen =
    resources.length === 0 ? app.checked.directories : resources.flatMap(({ fsPath }) => runsOf(app, fsPath));
  const { comparedRuns } = panels;
  if (chosen.length > 1) panels.compare(chosen);
  else if (chosen.length === 1 && comparedRuns.length > 0) panels.compare([...comparedRuns, ...chosen]);
  else {
    const { pickRuns } = await import("../panels/pickRun");
    const picked = await pickRuns(chosen.length > 0 ? chosen : comparedRuns);
    if (picked && picked.length > 0) panels.compare(picked);
  }
}

function runsOf({ runs }: App, path: string): readonly string[] {
  const experiments = runs.experiments.filter(({ file }) => file?.fsPath === path);
  if (experiments.length === 0) return [path];
  return experiments.flatMap((experiment) => experiment.runs.map(({ directory }) => directory));
}
