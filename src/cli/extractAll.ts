import { Cancelled } from "../core/errors";
import type { ExperimentConfig } from "../core/experiment/experimentConfig";
import { extractSets, type PoolOptions } from "../jobs/runList";
import type { ExtractReply, Placement } from "../protocol/engine";
import { featureSets } from "../jobs/featureSets";
import { formatBytes, formatDuration } from "./format";
import { RunBoard } from "./runBoard";
import type { LiveOutput } from "./terminal";

/**
 * Fills the feature cache with everything that these settings need; what is there already costs nothing.
 * @throws whatever the first failed extraction threw: no run can do without
 */
export async function extractAll(
  configs: readonly ExperimentConfig[],
  place: Placement,
  pool: PoolOptions,
  live: LiveOutput,
): Promise<ExtractReply[]> {
  const sets = featureSets(configs);
  const labels = sets.map(({ modality }, index) => {
    const isOnly = sets.filter((set) => set.modality === modality).length === 1;
    return isOnly ? `${modality} features` : `${modality} features ${index + 1}`;
  });
  const board = new RunBoard(live, labels);
  const outcomes = await extractSets(sets, place, pool, (index) => {
    const label = labels[index] ?? "features";
    return {
      onEvent: (event) => board.take(label, event),
      onDone: (reply) => board.finish(label, describe(reply)),
    };
  });
  board.close();
  const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as unknown] : []));
  // A real fault says more than the cancellation that may have followed it.
  const [first] = failures.toSorted((a, b) => Number(a instanceof Cancelled) - Number(b instanceof Cancelled));
  if (first !== undefined) throw first instanceof Error ? first : new Error("An extraction failed.", { cause: first });
  return outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
}

function describe({ items, fromCache, bytes, seconds, device }: ExtractReply): string {
  const size = formatBytes(bytes);
  if (fromCache === items) return `${items} items in the cache (${size})`;
  const rest = fromCache > 0 ? `, ${fromCache} were there or equal others` : "";
  return `${items - fromCache} items in ${formatDuration(seconds)} on ${device}${rest} (${size})`;
}
