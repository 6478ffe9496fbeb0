import { dirname, join } from "node:path";
import * as vscode from "vscode";
import { englishLabels } from "../../protocol/panelLabels";
import { mainMetric, metricText } from "../../core/views/tree/mainMetric";
import { nodeFileSystem } from "../../store/nodeFileSystem";
import { systemProcesses } from "../../store/processIdentity";
import { runFiles } from "../../store/runDirectory";
import type { RunListing } from "../../store/runListing";
import { readRun } from "../../store/runListing";
import { localizedTreeLabels } from "../sidebar/localizedTreeLabels";

interface RunItem extends vscode.QuickPickItem {
  readonly directory: string;
  readonly createdMs: number;
}

/** Workspaces with more runs are better served by the sidebar. */
const maxRuns = 2_000;

/**
 * Has the user choose one of the runs below the workspace's `runs` folders, newest first.
 * @returns its directory; undefined when there is none, or none was chosen
 */
export async function pickRun(): Promise<string | undefined> {
  const items = await runItems();
  if (items.length === 0) return undefined;
  const placeHolder = vscode.l10n.t("Choose a run, newest first");
  return (await vscode.window.showQuickPick(items, { placeHolder, ...matching }))?.directory;
}

/**
 * Has the user choose any number of runs.
 * @param chosen directories of those that are ticked at first
 * @returns their directories; undefined when there is none, or the user gave up
 */
export async function pickRuns(chosen: readonly string[]): Promise<readonly string[] | undefined> {
  const items = await runItems();
  if (items.length === 0) return undefined;
  const ticked = new Set(chosen);
  const picked = await vscode.window.showQuickPick(
    items.map((item) => ({ ...item, picked: ticked.has(item.directory) })),
    { canPickMany: true, placeHolder: vscode.l10n.t("Choose the runs to compare"), ...matching },
  );
  return picked?.map(({ directory }) => directory);
}

const matching = { matchOnDescription: true, matchOnDetail: true } as const;

/** All runs, newest first; tells the user when there is none. */
async function runItems(): Promise<readonly RunItem[]> {
  const files = await vscode.workspace.findFiles(`**/runs/*/${runFiles.manifest}`, "**/node_modules/**", maxRuns);
  const items = (await Promise.all(files.map(({ fsPath }) => runItem(dirname(fsPath))))).filter(
    (item) => item !== undefined,
  );
  if (items.length === 0) {
    const text = vscode.l10n.t(
      "There are no runs below a “runs” folder of this workspace yet. Run an experiment first.",
    );
    await vscode.window.showInformationMessage(text);
  }
  return items.sort((a, b) => b.createdMs - a.createdMs);
}

async function runItem(directory: string): Promise<RunItem | undefined> {
  const listing = await readRun(nodeFileSystem, directory, systemProcesses, Date.now());
  if (!listing) return undefined;
  // The settings are written once, when the run is made.
  const { modifiedMs: createdMs } = await nodeFileSystem.stat(join(directory, runFiles.manifest));
  const { experiment, variant, seed, attempt } = listing;
  const made = new Date(createdMs).toLocaleString(vscode.env.language);
  return {
    label: `${experiment} · ${variant} · ${vscode.l10n.t(englishLabels.seed, seed)}${attempt > 1 ? ` (${attempt})` : ""}`,
    description: describe(listing),
    detail: `${vscode.workspace.asRelativePath(directory)} · ${made}`,
    directory,
    createdMs,
  };
}

function describe({ state, summary }: RunListing): string {
  const standing = vscode.l10n.t(englishLabels[state]);
  const metric = summary?.best && mainMetric(summary, summary.best.metric);
  return metric ? `${standing} · ${metricText(metric, localizedTreeLabels(), vscode.env.language)}` : standing;
}
