import { pairedBySeed, pairedPermutationTest } from "../../experiment/permutationTest";
import type { Estimate } from "../../experiment/statistics";
import { estimate } from "../../experiment/statistics";

/** What a run came to, with the settings and layers that it came to it with. */
export interface OutcomeRun {
  readonly seed: number;
  /** By dotted path. */
  readonly settings: Readonly<Record<string, string>>;
  /** Names of the layers that each modality aggregates, low to high. */
  readonly layers: Readonly<Record<string, readonly string[]>>;
  /** The metric that selects checkpoints. */
  readonly value: number;
}

/** How much worse the result is without a layer: what it is worth, which its confidence does not tell. */
export interface LayerDrop {
  readonly modality: string;
  readonly layer: string;
  /** With all layers minus without this one, over the seeds that both have. */
  readonly drop: Estimate;
  /** Two-sided, from a paired permutation test. */
  readonly pValue: number;
}

/** Finds, among runs of one experiment, those that were trained like `run` but for one layer, and what that cost. */
export function layerDrops(run: OutcomeRun, others: readonly OutcomeRun[]): readonly LayerDrop[] {
  const alike = [run, ...others.filter((other) => other !== run && isAlike(run, other, []))];
  return Object.entries(run.layers).flatMap(([modality, layers]) => {
    // Which layers are aggregated is said by the choice among the cached ones, or by the method's own.
    const free = [`${modality}.layers`, `${modality}.method.tappedLayers`];
    const related = others.filter((other) => isAlike(run, other, free));
    return layers.flatMap((layer): readonly LayerDrop[] => {
      const rest = layers.filter((name) => name !== layer).join("\n");
      const without = related.filter((other) => other.layers[modality]?.join("\n") === rest);
      const drop = dropOf(alike, without);
      return drop ? [{ modality, layer, ...drop }] : [];
    });
  });
}

function isAlike(a: OutcomeRun, b: OutcomeRun, free: readonly string[]): boolean {
  const paths = new Set([...Object.keys(a.settings), ...Object.keys(b.settings)]);
  return [...paths].every((path) => free.includes(path) || a.settings[path] === b.settings[path]);
}

/** Over the seeds that both have; undefined where they share none, since then a difference may be the seeds'. */
function dropOf(
  whole: readonly OutcomeRun[],
  without: readonly OutcomeRun[],
): Pick<LayerDrop, "drop" | "pValue"> | undefined {
  const bySeed = (runs: readonly OutcomeRun[]): ReadonlyMap<number, number> =>
    new Map(runs.map(({ seed, value }) => [seed, value]));
  const pairs = pairedBySeed(bySeed(whole), bySeed(without));
  if (pairs.length === 0) return undefined;
  return { drop: estimate(pairs.map(([all, value]) => all - value)), pValue: pairedPermutationTest(pairs).pValue };
}
