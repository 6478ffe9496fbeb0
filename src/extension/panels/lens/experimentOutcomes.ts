import { dirname } from "node:path";
import { flattenMetrics } from "../../../core/experiment/flattenMetrics";
import type { LayerDrop, OutcomeRun } from "../../../core/views/lens/leaveOneOut";
import { layerDrops } from "../../../core/views/lens/leaveOneOut";
import { manifestFacts } from "../../../core/views/settingFacts";
import type { FileSystem } from "../../../store/fileSystem";
import type { ProcessTable } from "../../../store/processIdentity";
import type { RunListing } from "../../../store/runListing";
import { listRuns, readManifest } from "../../../store/runListing";

/** Runs of the experiment that are looked at; an ablation over layers and seeds has fewer. */
const maxRuns = 500;

/** What leaving out one layer cost, from the finished runs of the same experiment beside this one. */
export async function experimentDrops(
  fs: FileSystem,
  processes: ProcessTable,
  directory: string,
): Promise<readonly LayerDrop[]> {
  const listings = await listRuns(fs, dirname(directory), processes, Date.now());
  const own = listings.find((listing) => listing.directory === directory);
  if (!own?.summary?.confidence) return [];
  const beside = listings.filter(({ experiment, summary }) => experiment === own.experiment && summary?.confidence);
  const outcomes = new Map<string, OutcomeRun>();
  for (const listing of beside.slice(0, maxRuns)) {
    const outcome = await outcomeOf(fs, listing).catch(() => undefined);
    if (outcome) outcomes.set(listing.directory, outcome);
  }
  const run = outcomes.get(directory) ?? (await outcomeOf(fs, own).catch(() => undefined));
  return run ? layerDrops(run, [...outcomes.values()]) : [];
}

async function outcomeOf(fs: FileSystem, { directory, seed, summary }: RunListing): Promise<OutcomeRun | undefined> {
  const { best, metrics, confidence } = summary ?? {};
  const value = best && metrics?.test && flattenMetrics(metrics.test)[best.metric];
  if (value === undefined || !confidence) return undefined;
  const { settings } = manifestFacts(await readManifest(fs, directory));
  const layers = Object.entries(confidence.byModality).map(([modality, of]) => [
    modality,
    of.map(({ layer }) => layer),
  ]);
  return {
    seed,
    settings: Object.fromEntries(settings.map(({ path, value: written }) => [path, written])),
    layers: Object.fromEntries(layers) as OutcomeRun["layers"],
    value,
  };
}
