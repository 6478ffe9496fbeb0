import type { ComparedRun } from "./comparedRun";

/** Runs that differ in their seed only. */
export interface ComparisonGroup {
  /** Stays the same while runs come and go. */
  readonly key: string;
  /** Tells it from the other groups. */
  readonly label: string;
  /** Position among the groups, which is its colour. */
  readonly tone: number;
  /** By seed, then by attempt. */
  readonly runs: readonly ComparedRun[];
  /** One run for each seed, the last attempt: repetitions of a seed say nothing about the spread over seeds. */
  readonly counted: readonly ComparedRun[];
}

/** Groups runs that are alike, in order of first appearance. */
export function comparisonGroups(runs: readonly ComparedRun[]): readonly ComparisonGroup[] {
  const byLikeness = new Map<string, ComparedRun[]>();
  for (const run of runs) byLikeness.set(run.likeness, [...(byLikeness.get(run.likeness) ?? []), run]);
  const groups = [...byLikeness].map(([key, members]) => {
    const sorted = members.toSorted((a, b) => a.seed - b.seed || a.attempt - b.attempt);
    return { key, runs: sorted, counted: onePerSeed(sorted) };
  });
  const labels = labelsOf(groups.map((group) => group.runs[0]));
  return groups.map((group, tone) => ({ ...group, tone, label: labels[tone] ?? "" }));
}

/** The last attempt that has a result, or the last there is. */
function onePerSeed(sorted: readonly ComparedRun[]): readonly ComparedRun[] {
  const seeds = [...new Set(sorted.map(({ seed }) => seed))];
  return seeds.flatMap((seed) => {
    const attempts = sorted.filter((run) => run.seed === seed);
    return attempts.findLast(({ results }) => Object.keys(results).length > 0) ?? attempts.at(-1) ?? [];
  });
}

/** The variants' names, with the experiment where there are several, and numbered where those are the same. */
function labelsOf(firsts: readonly (ComparedRun | undefined)[]): readonly string[] {
  const experiments = new Set(firsts.map((run) => run?.experiment));
  const names = firsts.map((run) =>
    experiments.size > 1 ? `${run?.experiment ?? ""} · ${run?.variant ?? ""}` : (run?.variant ?? ""),
  );
  return names.map((name, i) => {
    const earlier = names.slice(0, i).filter((other) => other === name).length;
    return earlier === 0 ? name : `${name} (${earlier + 1})`;
  });
}

/** Paths of settings that are not the same in all runs, in the order of the first run that has them. */
export function differingSettings(runs: readonly ComparedRun[]): readonly string[] {
  return allSettings(runs).filter((path) => new Set(runs.map(({ settings }) => settings[path])).size > 1);
}

export function allSettings(runs: readonly ComparedRun[]): readonly string[] {
  return [...new Set(runs.flatMap(({ settings }) => Object.keys(settings)))];
}

/** Versions and devices that are not the same in all runs. */
export function differingCircumstances(runs: readonly ComparedRun[]): readonly string[] {
  const names = [...new Set(runs.flatMap(({ circumstances }) => Object.keys(circumstances)))];
  return names.filter((name) => new Set(runs.map(({ circumstances }) => circumstances[name])).size > 1);
}

/** Dotted names of all metrics that some run has on some split, the selecting one first. */
export function comparedMetrics(runs: readonly ComparedRun[]): readonly string[] {
  const names = runs.flatMap(({ results }) => Object.values(results).flatMap((values) => Object.keys(values)));
  const selector = runs[0]?.selector;
  return [...new Set(names)].sort((a, b) => Number(b === selector) - Number(a === selector));
}

/** Ranks and losses are better when they are low, everything else that is measured here when it is high. */
export function isLowerBetter(metric: string): boolean {
  return /(rank|loss|error|perplexity)$/i.test(metric);
}
