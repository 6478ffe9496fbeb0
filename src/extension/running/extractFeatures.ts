import * as vscode from "vscode";
import { Cancelled } from "../../core/errors";
import { formatter } from "../../core/views/format";
import { featureSets } from "../../jobs/featureSets";
import { cacheDirectoryOf, coreCount } from "../../jobs/placement";
import { extractSets } from "../../jobs/runList";
import type { ExtractReply } from "../../protocol/engine";
import type { App } from "../app";
import { nodePath } from "../jobs/nodePath";
import { chooseExperiment, type SoundExperiment } from "./chooseExperiment";
import { requireTrust } from "./requireTrust";

/** Workers that do not stop by themselves within this time after a cancellation are killed. */
const STOP_TIMEOUT_MS = 10_000;

/** Fills the feature cache with what an experiment needs, so that its runs start at once. What is there costs nothing. */
export async function extractFeatures(app: App, resource: vscode.Uri | undefined): Promise<void> {
  requireTrust();
  const experiment = await chooseExperiment(app, resource);
  if (!experiment) return;
  const title = vscode.l10n.t("Extracting features of {0}", experiment.name);
  const replies = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (progress, token) => extract(app, experiment, progress, token),
  );
  const { bytes } = formatter(vscode.env.language);
  const total = replies.reduce((sum, reply) => sum + reply.bytes, 0);
  const computed = replies.reduce((sum, { items, fromCache }) => sum + items - fromCache, 0);
  const text = vscode.l10n.t(
    "{0}: all features are in the cache ({1}); {2} were computed.",
    experiment.name,
    bytes(total),
    computed,
  );
  void vscode.window.showInformationMessage(text);
}

interface Standing {
  done: number;
  total: number;
  itemsPerSecond: number;
}

/** @throws Cancelled when the user gave up; what was computed is kept */
async function extract(
  app: App,
  { plans, folder }: SoundExperiment,
  progress: vscode.Progress<{ message?: string; increment?: number }>,
  token: vscode.CancellationToken,
): Promise<readonly ExtractReply[]> {
  const sets = featureSets(plans.map(({ config }) => config));
  const standings = sets.map((): Standing => ({ done: 0, total: 0, itemsPerSecond: 0 }));
  const [stop, kill] = [new AbortController(), new AbortController()];
  const cancellation = token.onCancellationRequested(() => {
    stop.abort();
    setTimeout(() => kill.abort(), STOP_TIMEOUT_MS);
  });
  const pool = {
    script: vscode.Uri.joinPath(app.context.extensionUri, "dist", "worker.js").fsPath,
    nodePath: await nodePath(),
    concurrency: coreCount(),
    stop: stop.signal,
    kill: kill.signal,
  };
  let shown = 0;
  const show = (): void => {
    const share = shareOf(standings);
    progress.report({ message: messageOf(standings), increment: 100 * Math.max(0, share - shown) });
    shown = Math.max(shown, share);
  };
  const place = { baseDirectory: folder, cacheDirectory: cacheDirectoryOf(folder) };
  const outcomes = await extractSets(sets, place, pool, (index) => ({
    onEvent: (event) => {
      const standing = standings[index];
      if (event.type === "warning") app.log.warn(event.message);
      if (event.type !== "extractionProgress" || !standing) return;
      const { done, total, itemsPerSecond } = event;
      Object.assign(standing, { done, total, itemsPerSecond });
      show();
    },
    onRestart: (reason) => app.log.warn(reason),
  }));
  cancellation.dispose();
  const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
  // A real fault says more than the cancellation that may have followed it.
  const [first] = failures.toSorted((a, b) => Number(a instanceof Cancelled) - Number(b instanceof Cancelled));
  if (first !== undefined) throw first instanceof Error ? first : new Error("An extraction failed.", { cause: first });
  return outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
}

/** Of what is known so far. */
function shareOf(standings: readonly Standing[]): number {
  const total = standings.reduce((sum, standing) => sum + standing.total, 0);
  return total === 0 ? 0 : standings.reduce((sum, { done }) => sum + done, 0) / total;
}

function messageOf(standings: readonly Standing[]): string {
  const { duration } = formatter(vscode.env.language);
  const known = standings.filter(({ total }) => total > 0);
  const done = known.reduce((sum, standing) => sum + standing.done, 0);
  const total = known.reduce((sum, standing) => sum + standing.total, 0);
  const left = Math.max(0, ...known.map((standing) => (standing.total - standing.done) / standing.itemsPerSecond));
  return Number.isFinite(left)
    ? vscode.l10n.t("{0} of {1}, {2} left", done, total, duration(left))
    : vscode.l10n.t("{0} of {1}", done, total);
}
