import { isDeepStrictEqual } from "node:util";
import { UserError } from "../core/errors";
import type { RunPlan } from "../core/experiment/runPlan";
import type { RunSummary } from "../core/experiment/runSummary";
import { nodeFileSystem } from "../store/nodeFileSystem";
import { systemProcesses } from "../store/processIdentity";
import { listRuns, readManifest, type RunListing } from "../store/runListing";

/** What becomes of a plan: a new run, one that goes on, or one that is finished already. */
export type PlannedRun =
  | { readonly plan: RunPlan; readonly kind: "new"; readonly note?: string }
  | { readonly plan: RunPlan; readonly kind: "resume"; readonly directory: string }
  | { readonly plan: RunPlan; readonly kind: "finished"; readonly directory: string; readonly summary: RunSummary };

/**
 * Finds the latest run of each plan. A run whose settings differ from the plan's is left alone and a new one is made.
 * @throws UserError when another process is working on one of them
 */
export async function resumableRuns(plans: readonly RunPlan[], runsDirectory: string): Promise<PlannedRun[]> {
  const listings = await listRuns(nodeFileSystem, runsDirectory, systemProcesses, Date.now());
  return Promise.all(plans.map((plan) => resumable(plan, latestOf(plan, listings))));
}

function latestOf({ experiment, variant, seed }: RunPlan, listings: readonly RunListing[]): RunListing | undefined {
  return listings
    .filter((run) => run.experiment === experiment && run.variant === variant && run.seed === seed)
    .toSorted((a, b) => b.attempt - a.attempt)[0];
}

async function resumable(plan: RunPlan, run: RunListing | undefined): Promise<PlannedRun> {
  if (!run) return { plan, kind: "new" };
  const { directory, state, summary, pid, problem } = run;
  if (state === "running")
    throw new UserError(`"${directory}" is being worked on by process ${pid ?? "?"}; wait for it or stop it first.`);
  if (state === "broken") return { plan, kind: "new", note: problem ?? "the earlier run is broken" };
  const { config } = await readManifest(nodeFileSystem, directory);
  // Both went through the same schema, so equal settings are equal values.
  if (!isDeepStrictEqual(withoutPlace(config), withoutPlace(plan.config)))
    return { plan, kind: "new", note: `the settings have changed since "${directory}" was made` };
  if ((state === "completed" || state === "early-stopped") && summary)
    return { plan, kind: "finished", directory, summary };
  return { plan, kind: "resume", directory };
}

/** The settings that results depend on: not the notes, and not where the run is computed. */
function withoutPlace(config: RunPlan["config"]): object {
  // Through JSON, as the manifest was: keys without a value are no difference.
  return JSON.parse(JSON.stringify({ ...config, notes: undefined, device: undefined, threads: undefined })) as object;
}
