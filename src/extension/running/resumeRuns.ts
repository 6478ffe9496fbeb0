import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import * as vscode from "vscode";
import { UserError } from "../../core/errors";
import { experimentSuffix } from "../../core/experiment/experimentSuffix";
import { nodeFileSystem } from "../../store/nodeFileSystem";
import { systemProcesses } from "../../store/processIdentity";
import { runsFolder } from "../../store/runDirectory";
import { readManifest, readRun, type RunState } from "../../store/runListing";
import type { App } from "../app";
import type { JobRun } from "../jobs/jobs";
import { titleOf } from "./chooseExperiment";
import { requireTrust } from "./requireTrust";

/** States from which a run can go on. */
const resumable: readonly RunState[] = ["interrupted", "cancelled", "failed"];

/** Goes on with runs: those of run directories, or all of an experiment file that were interrupted or stopped. */
export async function resumeRuns(app: App, resources: readonly vscode.Uri[]): Promise<void> {
  requireTrust();
  const named = resources.flatMap((resource) =>
    resource.fsPath.endsWith(experimentSuffix) ? interruptedOf(app, resource) : [resource.fsPath],
  );
  const directories = named.length > 0 ? named : await pickResumable(app);
  const byFolder = new Map<string, JobRun[]>();
  for (const directory of directories) {
    const { folder, run } = await readResumable(directory);
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), run]);
  }
  for (const [folder, runs] of byFolder) {
    const name = runs[0]?.plan.experiment ?? "";
    const title = titleOf({ name, path: folder }, runs.length);
    const first = await app.jobs.start({ title, folder: vscode.Uri.file(folder), runs });
    if (first !== undefined && byFolder.size === 1) (await app.panels()).open("runDashboard", first);
  }
}

/** @throws UserError when the run cannot go on */
async function readResumable(directory: string): Promise<{ folder: string; run: JobRun }> {
  const listing = await readRun(nodeFileSystem, directory, systemProcesses, Date.now());
  if (!listing || !resumable.includes(listing.state)) {
    const name = basename(directory);
    throw new UserError(
      listing?.state === "running"
        ? vscode.l10n.t("{0} is running; stop it first.", name)
        : vscode.l10n.t("{0} cannot be resumed: it is complete or damaged. Run the experiment again instead.", name),
    );
  }
  const { experiment, variant, seed, config, baseDirectory } = await readManifest(nodeFileSystem, directory);
  const run = { plan: { experiment, variant, seed, config }, resume: directory };
  return { folder: await folderOf(directory, baseDirectory), run };
}

/** The folder that the run's paths are relative to; where it was moved along with the run, its new place. */
async function folderOf(directory: string, recorded: string): Promise<string> {
  const exists = await stat(recorded).then(
    () => true,
    () => false,
  );
  const runs = dirname(directory);
  return exists || basename(runs) !== runsFolder ? recorded : dirname(runs);
}

function interruptedOf({ runs }: App, file: vscode.Uri): readonly string[] {
  const entry = runs.experiments.find((candidate) => candidate.file?.fsPath === file.fsPath);
  const left = (entry?.runs ?? []).filter(({ state }) => state === "interrupted" || state === "cancelled");
  if (left.length === 0)
    throw new UserError(vscode.l10n.t("{0} has no runs that were interrupted or stopped.", basename(file.fsPath)));
  return left.map(({ directory }) => directory);
}

async function pickResumable({ runs }: App): Promise<readonly string[]> {
  await runs.ready;
  const items = runs.experiments.flatMap((entry) =>
    entry.runs
      .filter(({ state }) => resumable.includes(state))
      .map(({ directory, state }) => ({ label: basename(directory), description: state, directory })),
  );
  if (items.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t("There is no run that was stopped or interrupted."));
    return [];
  }
  const placeHolder = vscode.l10n.t("Choose the runs to go on with");
  // The only one there is needs no tick before Enter.
  const offered = items.map((item) => ({ ...item, picked: items.length === 1 }));
  const picked = await vscode.window.showQuickPick(offered, { placeHolder, canPickMany: true });
  return (picked ?? []).map(({ directory }) => directory);
}
